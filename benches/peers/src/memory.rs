//! An allocator that counts bytes and allocations on request.
//!
//! It wraps the system's allocator. While it doesn't count, it only loads a flag, for all peers alike.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicIsize, AtomicUsize, Ordering::Relaxed};

#[global_allocator]
static COUNTING: Counting = Counting;

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static LIVE: AtomicIsize = AtomicIsize::new(0);
static PEAK: AtomicIsize = AtomicIsize::new(0);
static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);

struct Counting;

impl Counting {
    fn count(before: usize, after: usize) {
        if !IS_COUNTING.load(Relaxed) {
            return;
        }
        let change = after.cast_signed() - before.cast_signed();
        let live = LIVE.fetch_add(change, Relaxed) + change;
        PEAK.fetch_max(live, Relaxed);
        ALLOCATIONS.fetch_add(usize::from(after > 0), Relaxed);
    }
}

// SAFETY: every call is forwarded unchanged to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::count(0, layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        Self::count(layout.size(), 0);
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::count(0, layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::count(layout.size(), size);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Counts until it's dropped. Only one exists at a time.
pub(crate) struct Count(());

#[allow(clippy::unused_self, reason = "the counters only run while a value exists")]
impl Count {
    pub(crate) fn start() -> Self {
        LIVE.store(0, Relaxed);
        PEAK.store(0, Relaxed);
        ALLOCATIONS.store(0, Relaxed);
        IS_COUNTING.store(true, Relaxed);
        Self(())
    }

    /// Returns the peak of allocated bytes beyond those at the start.
    pub(crate) fn peak(&self) -> isize {
        PEAK.load(Relaxed)
    }

    /// Returns the number of allocations and reallocations.
    pub(crate) fn allocations(&self) -> usize {
        ALLOCATIONS.load(Relaxed)
    }
}

impl Drop for Count {
    fn drop(&mut self) {
        IS_COUNTING.store(false, Relaxed);
    }
}

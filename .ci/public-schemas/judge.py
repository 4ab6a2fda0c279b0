"""Runs the test that judges pairs of schemas, in parts: each has a time limit, and a part that's late is split."""

import json
import os
import re
import subprocess

TEST = "diff::tests::public::pairs_have_the_verdicts_of_compiler_and_validator"
PART = 8
SECONDS_PER_PAIR = 120


def program(root):
    """Builds the tests of the command, and returns their path."""
    command = ["cargo", "test", "--locked", "--features", "cli", "--bin", "nexconn-schema", "--no-run",
               "--message-format=json"]
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, text=True, check=True)
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    return [message["executable"] for message in messages if message.get("executable")][-1]


def judge(pairs, root, output):
    """Returns the numbers of judged pairs and wrong verdicts, and the pairs that weren't judged in time."""
    test = program(root)
    counts, late, texts = [0, 0], [], []
    left = [pairs[start:start + PART] for start in range(0, len(pairs), PART)]
    while left:
        part = left.pop(0)
        listed = output / "pairs.tsv"
        listed.write_text("".join(f"{old}\t{new}\n" for old, new in part))
        environment = os.environ | {"SCHEMA_PAIRS": str(listed)}
        try:
            done = subprocess.run([test, "--ignored", "--exact", "--nocapture", TEST], cwd=root, env=environment,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                  timeout=SECONDS_PER_PAIR * len(part))
        except subprocess.TimeoutExpired:
            if len(part) == 1:
                late += part
            else:
                left = [[pair] for pair in part] + left
            continue
        texts.append(done.stdout)
        (output / "judged.txt").write_text("\n".join(texts))
        found = re.search(r"^(\d+) pairs judged, (\d+) wrong$", done.stdout, re.MULTILINE)
        if not found:
            raise RuntimeError(done.stdout[-3000:])
        counts = [counts[0] + int(found[1]), counts[1] + int(found[2])]
        print(f"{counts[0]} judged, {counts[1]} wrong", flush=True)
    (output / "late.txt").write_text("".join(f"{old}\t{new}\n" for old, new in late))
    return counts, late

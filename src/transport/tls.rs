//! TLS set-up and the loopback check. The command borrows this file, so it uses external crates only.

use std::net::IpAddr;
use std::sync::Arc;

use reqwest::Url;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, ConfigBuilder, Error, RootCertStore, WantsVerifier, client};
use rustls_platform_verifier::BuilderVerifierExt as _;

/// Changes to the default set-up.
#[derive(Clone, Default)]
pub(crate) struct TlsOptions {
    /// PEM files with certificates to trust beside those of the operating system.
    pub(crate) extra_roots: Vec<Vec<u8>>,
    /// A PEM file with the client's certificate chain and key.
    pub(crate) identity: Option<Vec<u8>>,
    pub(crate) tls13_only: bool,
}

/// Returns a configuration with the certificates of the operating system and those of the options.
pub(crate) fn platform_config(options: &TlsOptions) -> Result<ClientConfig, Error> {
    let mut roots = Vec::new();
    for pem in &options.extra_roots {
        roots.extend(certificates(pem)?);
    }
    let builder = builder(options)?;
    let builder = if roots.is_empty() {
        builder.with_platform_verifier()?
    } else {
        let verifier = rustls_platform_verifier::Verifier::new_with_extra_roots(roots, provider())?;
        builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
    };
    finish(builder, options)
}

/// Returns a configuration without certificates, for plain http on machines without any.
pub(crate) fn empty_config(options: &TlsOptions) -> Result<ClientConfig, Error> {
    finish(builder(options)?.with_root_certificates(RootCertStore::empty()), options)
}

/// Returns the process default if the program installed one, else ring.
fn provider() -> Arc<CryptoProvider> {
    let installed = CryptoProvider::get_default().cloned();
    installed.unwrap_or_else(|| Arc::new(rustls::crypto::ring::default_provider()))
}

fn builder(options: &TlsOptions) -> Result<ConfigBuilder<ClientConfig, WantsVerifier>, Error> {
    let versions: &[_] = if options.tls13_only { &[&TLS13] } else { &[&TLS13, &TLS12] };
    ClientConfig::builder_with_provider(provider()).with_protocol_versions(versions)
}

fn finish(
    builder: ConfigBuilder<ClientConfig, client::WantsClientCert>,
    options: &TlsOptions,
) -> Result<ClientConfig, Error> {
    let mut config = match &options.identity {
        None => builder.with_no_client_auth(),
        Some(pem) => {
            let key = PrivateKeyDer::from_pem_slice(pem).map_err(|_| invalid("a private key"))?;
            builder.with_client_auth_cert(certificates(pem)?, key)?
        }
    };
    if cfg!(feature = "http2") {
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    Ok(config)
}

/// Reads the certificates of a PEM file. There must be at least one.
fn certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, Error> {
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    certificates.ok().filter(|found| !found.is_empty()).ok_or_else(|| invalid("a certificate"))
}

fn invalid(missing: &str) -> Error {
    Error::General(format!("the PEM file doesn't have {missing}"))
}

/// Returns true if the host of a URL is this machine: `localhost`, `127.0.0.0/8` or `::1`.
pub(crate) fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_provider_of_the_program_is_used() {
        let mut provider = rustls::crypto::ring::default_provider();
        provider.cipher_suites.truncate(1);
        provider.install_default().unwrap();
        let config = empty_config(&TlsOptions::default()).unwrap();
        assert_eq!(config.crypto_provider().cipher_suites.len(), 1);
    }
}

//! TLS on both ends of a connection: a certificate given or made on the spot, and what a client trusts.

use std::fmt;
use std::sync::Arc;

use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::client::{WebPkiServerVerifier, verify_server_name};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, WebPkiSupportedAlgorithms, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::ParsedCertificate;
use tokio_rustls::rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, ServerConfig,
    SignatureScheme,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

/// Why TLS cannot be set up.
#[derive(Debug)]
pub enum TlsError {
    /// The text holds no certificate in PEM form, or one that cannot be read.
    Certificate(String),
    /// The text holds no private key in PEM form, or one that cannot be read.
    Key(String),
    /// Certificate and key do not go together, or are of no use.
    Pair(Error),
    /// No certificate can be made.
    Made(rcgen::Error),
}

impl fmt::Display for TlsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TlsError::Certificate(cause) => write!(f, "no certificate in PEM form: {cause}"),
            TlsError::Key(cause) => write!(f, "no private key in PEM form: {cause}"),
            TlsError::Pair(cause) => {
                write!(f, "the certificate and the key are of no use: {cause}")
            }
            TlsError::Made(cause) => write!(f, "no certificate can be made: {cause}"),
        }
    }
}

impl std::error::Error for TlsError {}

/// The server's end with this certificate chain and private key, both as the text of a PEM file.
pub fn acceptor(certificates: &[u8], key: &[u8]) -> Result<TlsAcceptor, TlsError> {
    let chain = read_certificates(certificates)?;
    let key = PrivateKeyDer::from_pem_slice(key).map_err(|e| TlsError::Key(e.to_string()))?;
    serve(chain, key)
}

/// The server's end with a certificate that it signs itself, for these host names and addresses: traffic is hidden from
/// others, but a client cannot tell who answers.
pub fn acceptor_made_here(names: &[&str]) -> Result<TlsAcceptor, TlsError> {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let made = rcgen::generate_simple_self_signed(names).map_err(TlsError::Made)?;
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der())
        .map_err(|cause| TlsError::Key(cause.to_owned()))?;
    serve(vec![made.cert.der().clone()], key)
}

fn serve(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<TlsAcceptor, TlsError> {
    let config = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .and_then(|config| config.with_no_client_auth().with_single_cert(chain, key))
        .map_err(TlsError::Pair)?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Whom a client believes.
#[derive(Debug, Clone)]
pub enum Trust {
    /// Certificates of these, the text of a PEM file, and those that they have signed. What cannot be read in the file is passed
    /// over, as long as anything can.
    Signers(Vec<u8>),
    /// Any certificate: the traffic is encrypted, but a machine in the middle could read it.
    Anyone,
}

/// The client's end.
pub fn connector(trust: &Trust) -> Result<TlsConnector, TlsError> {
    let signers = match trust {
        Trust::Signers(pem) => Some(Signers::read(pem)?),
        Trust::Anyone => None,
    };
    let verifier = Verifier {
        signers,
        algorithms: provider().signature_verification_algorithms,
    };
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(TlsError::Pair)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

fn read_certificates(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let chain = CertificateDer::pem_slice_iter(pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|cause| TlsError::Certificate(cause.to_string()))?;
    match chain.is_empty() {
        true => Err(TlsError::Certificate("none is in it".into())),
        false => Ok(chain),
    }
}

/// Those whose word is taken.
#[derive(Debug)]
struct Signers {
    certificates: Vec<CertificateDer<'static>>,
    chains: Arc<WebPkiServerVerifier>,
}

impl Signers {
    fn read(pem: &[u8]) -> Result<Signers, TlsError> {
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(pem).flatten().collect();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(certificates.iter().cloned());
        if roots.is_empty() {
            return Err(TlsError::Certificate(
                "none that can be read is in it".into(),
            ));
        }
        let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
            .build()
            .map_err(|cause| TlsError::Certificate(cause.to_string()))?;
        Ok(Signers {
            certificates,
            chains,
        })
    }

    /// A chain ends at one of these. One that answers by its own certificate is taken for whom it says, be it marked as a
    /// signer or not: that is what a host has that signs for itself.
    fn believe(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let chains = &self.chains;
        match chains.verify_server_cert(end_entity, intermediates, name, ocsp_response, now) {
            // Names and times have errors of their own.
            Err(Error::InvalidCertificate(CertificateError::Other(_)))
                if self.certificates.contains(end_entity) =>
            {
                verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            result => result,
        }
    }
}

/// Accepts certificates of the trusted signers, or without them any; that the server holds the key of its certificate is always
/// checked.
#[derive(Debug)]
struct Verifier {
    signers: Option<Signers>,
    algorithms: WebPkiSupportedAlgorithms,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        match &self.signers {
            Some(signers) => signers.believe(end_entity, intermediates, name, ocsp_response, now),
            None => Ok(ServerCertVerified::assertion()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    /// Sends five bytes from a client that trusts so to a server with this certificate.
    async fn hello(acceptor: TlsAcceptor, trust: Trust) -> std::io::Result<Vec<u8>> {
        let (near, far) = tokio::io::duplex(4096);
        let server = tokio::spawn(async move {
            let mut stream = acceptor.accept(far).await?;
            let mut read = vec![0; 5];
            stream.read_exact(&mut read).await?;
            Ok::<_, std::io::Error>(read)
        });
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = connector(&trust).unwrap().connect(name, near).await?;
        stream.write_all(b"hello").await?;
        server.await.unwrap()
    }

    #[tokio::test]
    async fn a_certificate_made_on_the_spot_serves_those_who_do_not_ask() {
        let acceptor = acceptor_made_here(&["localhost"]).unwrap();
        assert_eq!(hello(acceptor, Trust::Anyone).await.unwrap(), b"hello");
    }

    #[tokio::test]
    async fn a_signer_is_believed_and_no_other() {
        let made = || rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (one, other) = (made(), made());
        let trust = Trust::Signers(one.cert.pem().into_bytes());
        let own = acceptor(
            one.cert.pem().as_bytes(),
            one.signing_key.serialize_pem().as_bytes(),
        );
        assert_eq!(hello(own.unwrap(), trust.clone()).await.unwrap(), b"hello");
        let strange = acceptor(
            other.cert.pem().as_bytes(),
            other.signing_key.serialize_pem().as_bytes(),
        );
        assert!(hello(strange.unwrap(), trust).await.is_err());
    }

    /// A certificate for these names that is marked as a signer's, as `openssl req -x509` makes them, and its key; both in PEM form.
    fn signer(names: &[&str], expired: bool) -> (String, String) {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let mut params = rcgen::CertificateParams::new(names).unwrap();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        if expired {
            params.not_after = rcgen::date_time_ymd(1999, 12, 31);
        }
        let key = rcgen::KeyPair::generate().unwrap();
        let certificate = params.self_signed(&key).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    #[tokio::test]
    async fn a_signer_may_answer_itself_under_its_own_name_and_in_its_time() {
        for (names, expired, believed) in [
            (["localhost"], false, true),
            (["elsewhere"], false, false),
            (["localhost"], true, false),
        ] {
            let (certificate, key) = signer(&names, expired);
            let acceptor = acceptor(certificate.as_bytes(), key.as_bytes()).unwrap();
            let answer = hello(acceptor, Trust::Signers(certificate.into_bytes())).await;
            assert_eq!(answer.is_ok(), believed, "{names:?} {expired}: {answer:?}");
        }
    }

    #[tokio::test]
    async fn what_cannot_be_read_among_signers_is_passed_over() {
        let (certificate, key) = signer(&["localhost"], false);
        let bad = "-----BEGIN CERTIFICATE-----\nMAMCAQA=\n-----END CERTIFICATE-----\n";
        let no_base64 = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
        let acceptor = acceptor(certificate.as_bytes(), key.as_bytes()).unwrap();
        let bundle = format!("{bad}{no_base64}{certificate}").into_bytes();
        let answer = hello(acceptor, Trust::Signers(bundle)).await;
        assert_eq!(answer.unwrap(), b"hello");
        let none = connector(&Trust::Signers(bad.into())).err().unwrap();
        assert!(none.to_string().contains("none that can be read"), "{none}");
    }

    #[test]
    fn what_is_no_certificate_or_no_key_is_said() {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let (certificate, key) = (made.cert.pem(), made.signing_key.serialize_pem());
        let error =
            |certificate: &str, key: &str| match acceptor(certificate.as_bytes(), key.as_bytes()) {
                Ok(_) => panic!("{certificate}{key}"),
                Err(error) => error.to_string(),
            };
        assert!(error("", &key).starts_with("no certificate in PEM form"));
        assert!(error(&certificate, "").starts_with("no private key in PEM form"));
        let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let mixed = error(&certificate, &other.signing_key.serialize_pem());
        assert!(
            mixed.starts_with("the certificate and the key are of no use"),
            "{mixed}"
        );
    }
}

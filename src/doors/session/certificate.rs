//! A host's certificate in the words of s3270.

use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate, X509Name};
use x509_parser::public_key::PublicKey;

/// The parts of a certificate that queries show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// Key, subject, issuer and other names, a line each.
    pub about: Vec<String>,
    /// The names that it is for, each once: the subject's common name, then the DNS names.
    pub names: Vec<String>,
}

impl Certificate {
    /// Reads a certificate in DER form; none if it cannot be read.
    pub fn read(der: &[u8]) -> Option<Certificate> {
        let (_, read) = X509Certificate::from_der(der).ok()?;
        let mut about = vec![
            format!("Public key: {}", key(&read)),
            format!("Subject: {}", name(read.subject())),
            format!("Issuer: {}", name(read.issuer())),
        ];
        let dns = dns_names(&read);
        if !dns.is_empty() {
            about.push(format!("Alternate DNS names: {}", dns.join(" ")));
        }
        let common = read.subject().iter_common_name();
        let common = common.filter_map(|name| name.as_str().ok());
        let mut names: Vec<String> = Vec::new();
        for name in common.chain(dns.iter().copied()).map(printable) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let about = about.iter().map(|line| printable(line)).collect();
        Some(Certificate { about, names })
    }
}

/// Drops control characters: what a host writes must not end the line that shows it.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

fn key(certificate: &X509Certificate<'_>) -> String {
    match certificate.public_key().parsed() {
        Ok(PublicKey::RSA(key)) => format!("{} bit RSA", key.key_size()),
        Ok(PublicKey::DSA(key)) => format!("{} bit DSA", key.len().saturating_mul(8)),
        Ok(PublicKey::EC(point)) => format!("{} bit non-RSA/DSA", point.key_size()),
        // Ed25519, mostly: the key is the whole of the bits.
        _ => {
            let bits = certificate.public_key().subject_public_key.data.len() * 8;
            format!("{bits} bit non-RSA/DSA")
        }
    }
}

/// A distinguished name as OpenSSL prints it on one line.
fn name(name: &X509Name<'_>) -> String {
    let attributes = name.iter_attributes().map(|attribute| {
        let kind = oid2abbrev(attribute.attr_type(), oid_registry())
            .map_or_else(|_| attribute.attr_type().to_id_string(), str::to_owned);
        let value = attribute.as_str().unwrap_or_default();
        match value.contains([',', '+', '"', '\\', '<', '>', ';']) {
            true => format!("{kind} = \"{}\"", escape(value)),
            false => format!("{kind} = {value}"),
        }
    });
    attributes.collect::<Vec<_>>().join(", ")
}

fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"")
}

fn dns_names<'a>(certificate: &'a X509Certificate<'_>) -> Vec<&'a str> {
    let Ok(Some(extension)) = certificate.subject_alternative_name() else {
        return Vec::new();
    };
    let names = extension.value.general_names.iter();
    names
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(*name),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{CertificateParams, DnType, KeyPair};

    #[test]
    fn a_certificate_is_told_as_s3270_tells_it() {
        let dns = ["localhost", "*.example.com", "localhost"].map(str::to_owned);
        let mut params = CertificateParams::new(dns).unwrap();
        params.distinguished_name = rcgen::DistinguishedName::new();
        let name = &mut params.distinguished_name;
        name.push(DnType::CountryName, "US");
        name.push(DnType::OrganizationName, "Big Iron, \"Inc.\"");
        name.push(DnType::CommonName, "mainframe\n.example");
        let made = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let read = Certificate::read(made.der()).unwrap();
        let subject = r#"C = US, O = "Big Iron, \"Inc.\"", CN = mainframe.example"#;
        assert_eq!(
            read.about,
            [
                "Public key: 256 bit non-RSA/DSA".to_owned(),
                format!("Subject: {subject}"),
                format!("Issuer: {subject}"),
                "Alternate DNS names: localhost *.example.com localhost".to_owned(),
            ]
        );
        assert_eq!(
            read.names,
            ["mainframe.example", "localhost", "*.example.com"]
        );
        assert_eq!(Certificate::read(b"\x30\x03\x02\x01\x00"), None);
    }
}

//! Where files are kept, as the configuration writes it.

use std::path::PathBuf;

use url::Url;

/// Where files are kept for good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoragePlace {
    /// A folder of this machine, or one that all machines share.
    Folder(PathBuf),
    /// A bucket of an object store that speaks S3.
    Bucket(Bucket),
}

/// A bucket, without the keys to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// What the keys of all files begin with; empty, or ending in a slash.
    pub prefix: String,
    /// The region that requests are signed for.
    pub region: String,
    /// The store's address; without one it is Amazon's of that region.
    pub endpoint: Option<String>,
}

/// The keys to a bucket. Neither printed nor logged.
#[derive(Clone, Default)]
pub struct BucketKeys {
    /// The public part.
    pub access: String,
    /// The secret part.
    pub secret: String,
}

/// The region of stores that have none.
const NO_REGION: &str = "us-east-1";

impl StoragePlace {
    /// Reads `file:FOLDER` or `s3://BUCKET/PREFIX?region=…&endpoint=…`.
    ///
    /// # Errors
    /// What is wrong with it, in words for the operator.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(folder) = text.strip_prefix("file:").filter(|folder| !folder.is_empty()) {
            return Ok(Self::Folder(folder.into()));
        }
        let url = Url::parse(text).ok().filter(|url| url.scheme() == "s3");
        let url = url.ok_or("use file:FOLDER or s3://BUCKET/PREFIX?region=…&endpoint=…")?;
        Bucket::of(&url).map(Self::Bucket)
    }
}

impl Bucket {
    fn of(url: &Url) -> Result<Self, &'static str> {
        if !url.username().is_empty() || url.password().is_some() {
            return Err("the keys stand in UKETSUKE_S3_ACCESS_KEY and UKETSUKE_S3_SECRET_KEY");
        }
        let name = url.host_str().filter(|name| !name.is_empty()).ok_or("name a bucket: s3://BUCKET")?;
        let path = url.path().trim_matches('/');
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
        if !path.chars().all(fits) {
            return Err("the prefix may have letters, digits, and - _ . /");
        }
        let mut bucket = Self {
            name: name.to_owned(),
            prefix: if path.is_empty() { String::new() } else { format!("{path}/") },
            region: NO_REGION.to_owned(),
            endpoint: None,
        };
        for (key, value) in url.query_pairs() {
            match &*key {
                "region" => bucket.region = value.into_owned(),
                "endpoint" if value.starts_with("https://") || value.starts_with("http://") => {
                    bucket.endpoint = Some(value.trim_end_matches('/').to_owned());
                }
                "endpoint" => return Err("endpoint must start with https:// (or http:// for trying out)"),
                _ => return Err("after the bucket there may be region=… and endpoint=…"),
            }
        }
        Ok(bucket)
    }

    /// Whether files cross the network unencrypted.
    pub fn is_plain(&self) -> bool {
        let endpoint = self.endpoint.as_deref().and_then(|endpoint| Url::parse(endpoint).ok());
        endpoint.is_some_and(|url| {
            let here = matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
            url.scheme() == "http" && !here
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(text: &str) -> Bucket {
        match StoragePlace::parse(text) {
            Ok(StoragePlace::Bucket(bucket)) => bucket,
            other => panic!("{text}: {other:?}"),
        }
    }

    #[test]
    fn a_folder_or_a_bucket_with_what_belongs_to_it() {
        assert_eq!(StoragePlace::parse("file:var/evidence"), Ok(StoragePlace::Folder("var/evidence".into())));
        let plain = bucket("s3://uketsuke");
        assert_eq!((plain.name.as_str(), plain.prefix.as_str(), plain.endpoint), ("uketsuke", "", None));
        let full = bucket("s3://b/a/b/?region=ap-northeast-1&endpoint=https%3A%2F%2Fs3.example%3A9000%2F");
        assert_eq!(full.prefix, "a/b/");
        assert_eq!(full.region, "ap-northeast-1");
        assert_eq!(full.endpoint.as_deref(), Some("https://s3.example:9000"));
        assert_eq!(bucket("s3://b?endpoint=http://127.0.0.1:9").endpoint.as_deref(), Some("http://127.0.0.1:9"));
    }

    #[test]
    fn what_is_neither_is_told() {
        for (text, told) in [
            ("var/evidence", "use file:"),
            ("file:", "use file:"),
            ("https://b", "use file:"),
            ("s3://", "name a bucket"),
            ("s3://key:secret@b", "UKETSUKE_S3_ACCESS_KEY"),
            ("s3://b?endpoint=s3.example", "endpoint must start"),
            ("s3://b?acl=public", "there may be region"),
            ("s3://b/%2e%2e%20", "the prefix may have"),
        ] {
            let fault = StoragePlace::parse(text).err().unwrap_or_default();
            assert!(fault.contains(told), "{text}: {fault}");
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        assert!(bucket("s3://b?endpoint=http://s3.example").is_plain());
        for fine in ["s3://b?endpoint=https://s3.example", "s3://b?endpoint=http://127.0.0.1:9000", "s3://b"] {
            assert!(!bucket(fine).is_plain(), "{fine}");
        }
    }
}

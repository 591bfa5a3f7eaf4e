//! Files by their path, from the folder or from the program.

use axum::{
    body::Bytes,
    http::{HeaderMap, header},
};

use crate::config::PageSource;

/// The path without its slash, where it can be one of a built page: plain characters, no empty
/// and no hidden part, hence no way out of the folder. Percent signs are no plain characters, so
/// nothing needs decoding.
pub(super) fn checked(path: &str) -> Option<&str> {
    let path = path.strip_prefix('/')?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-~@+".contains(&byte);
    let fits = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain);
    (path.len() <= LONGEST_PATH && path.split('/').all(fits)).then_some(path)
}

/// Whether the name carries trunk's hash of the content: sixteen hexadecimal digits on their own.
pub(super) fn is_hashed(path: &str) -> bool {
    path.split(['/', '-', '_', '.']).any(|part| {
        part.len() == 16
            && part
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The media type that the file's ending stands for.
pub(super) fn media_type(path: &str) -> &'static str {
    let (_, ending) = path.rsplit_once('.').unwrap_or_default();
    match ending {
        "css" => "text/css; charset=utf-8",
        "html" => "text/html; charset=utf-8",
        "ico" => "image/x-icon",
        "jpg" => "image/jpeg",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "json" | "map" => "application/json",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "txt" => "text/plain; charset=utf-8",
        "wasm" => "application/wasm",
        "webmanifest" => "application/manifest+json",
        "webp" => "image/webp",
        "woff2" => "font/woff2",
        "xml" => "application/xml",
        _ => "application/octet-stream",
    }
}

/// A file under a path that was checked.
pub(super) async fn read(source: &PageSource, path: &str) -> Option<Bytes> {
    match source {
        PageSource::BuiltIn(files) => {
            let index = files.binary_search_by_key(&path, |(name, _)| name).ok()?;
            files.get(index).map(|(_, bytes)| Bytes::from_static(bytes))
        }
        // A folder, a missing file and one that may not be read are all "nothing here".
        PageSource::Folder(folder) => tokio::fs::read(folder.join(path))
            .await
            .ok()
            .map(Bytes::from),
        PageSource::Missing => None,
    }
}

/// The file, or the compressed form that stands beside it where the browser takes that.
pub(super) async fn read_encoded(
    source: &PageSource,
    path: &str,
    headers: &HeaderMap,
) -> Option<(Bytes, Option<Encoding>)> {
    for encoding in [Encoding::Brotli, Encoding::Gzip] {
        if !accepts(headers, encoding) {
            continue;
        }
        let sibling = format!("{path}.{}", encoding.ending());
        if let Some(bytes) = read(source, &sibling).await {
            return Some((bytes, Some(encoding)));
        }
    }
    Some((read(source, path).await?, None))
}

/// The two compressed forms that a build may leave beside a file.
#[derive(Clone, Copy)]
pub(super) enum Encoding {
    Brotli,
    Gzip,
}

impl Encoding {
    /// The word in HTTP headers.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gz",
        }
    }
}

fn accepts(headers: &HeaderMap, encoding: Encoding) -> bool {
    headers
        .get_all(header::ACCEPT_ENCODING)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|item| {
            let (name, weight) = item.split_once(';').unwrap_or((item, ""));
            name.trim().eq_ignore_ascii_case(encoding.name()) && !is_zero(weight)
        })
}

/// RFC 9110 §12.4.2: "a value of 0 means 'not acceptable'".
fn is_zero(weight: &str) -> bool {
    let value = weight.trim().strip_prefix("q=").unwrap_or("1");
    value.parse::<f32>().is_ok_and(|value| value == 0.0)
}

const LONGEST_PATH: usize = 512;

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn only_plain_paths_pass() {
        for path in ["/embed.js", "/snippets/a-0123456789abcdef/x.js", "/a.b_c-d"] {
            assert_eq!(checked(path), path.strip_prefix('/'), "{path}");
        }
        for path in [
            "",
            "/",
            "//etc/passwd",
            "/..",
            "/../secret",
            "/a/../../secret",
            "/a/./b",
            "/.git/config",
            "/a//b",
            "/a/",
            "/%2e%2e/secret",
            "/..%2fsecret",
            "/a\\..\\b",
            "/a b",
            "/a\0b",
        ] {
            assert_eq!(checked(path), None, "{path}");
        }
        assert_eq!(checked(&format!("/{}", "a".repeat(600))), None);
    }

    #[test]
    fn a_hash_stands_on_its_own() {
        for path in [
            "page-0123456789abcdef.js",
            "page-0123456789abcdef_bg.wasm",
            "main-fedcba9876543210.css",
            "snippets/page-0123456789abcdef/inline0.js",
        ] {
            assert!(is_hashed(path), "{path}");
        }
        for path in [
            "embed.js",
            "page-0123456789abcde.js",
            "page-0123456789abcdef0.js",
            "page-0123456789ABCDEF.js",
            "index.html",
        ] {
            assert!(!is_hashed(path), "{path}");
        }
    }

    #[test]
    fn encodings_are_taken_unless_their_weight_is_zero() {
        let check = |value: &'static str, brotli, gzip| {
            let value = HeaderValue::from_static(value);
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, value)]);
            assert_eq!(accepts(&headers, Encoding::Brotli), brotli);
            assert_eq!(accepts(&headers, Encoding::Gzip), gzip);
        };
        check("gzip, deflate, br, zstd", true, true);
        check("gzip;q=0.5, br;q=0", false, true);
        check("br;q=0.000,gzip;q=1", false, true);
        check("identity", false, false);
    }
}

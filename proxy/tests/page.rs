//! The page's files and the headers that guard them.

use std::{fs, path::Path};

use axum::Router;
use data_encoding::BASE64;
use proxy::{
    Config, app,
    config::{FrameConfig, PageSource},
};
use ring::digest::{SHA256, digest};
use tempfile::TempDir;

use crate::support::{Answer, demo_app, get, send};

const SCRIPT: &str = "\nimport init from '/page-0123456789abcdef.js';\ninit();\n";

/// A folder like trunk's output.
fn dist() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    };
    write("index.html", &html(SCRIPT));
    write("embed.js", "customElements;");
    write("page-0123456789abcdef.js", &"let x;".repeat(100));
    write("page-0123456789abcdef_bg.wasm", "\0asm");
    write("page-0123456789abcdef_bg.wasm.br", "brotli");
    write("page-0123456789abcdef_bg.wasm.gz", "gzip");
    write("main-0123456789abcdef.css", "p{}");
    write("icons/icon.svg", "<svg/>");
    write(".hidden", "secret");
    folder
}

fn html(script: &str) -> String {
    format!(
        "<!doctype html><script type=\"module\">{script}</script><script src=\"/a.js\"></script>"
    )
}

fn app_with(folder: &Path, frame: FrameConfig) -> Router {
    let config = Config {
        page: PageSource::Folder(folder.into()),
        frame,
        ..Config::default()
    };
    app(config).expect("a service")
}

fn plain(folder: &TempDir) -> Router {
    app_with(folder.path(), FrameConfig::default())
}

/// One directive of the policy, without its name.
fn directive(answer: &Answer, name: &str) -> String {
    answer
        .header("content-security-policy")
        .split(';')
        .filter_map(|part| part.trim().split_once(' '))
        .find(|(own, _)| *own == name)
        .map(|(_, value)| value.into())
        .unwrap_or_default()
}

#[tokio::test]
async fn every_address_of_the_page_gives_the_shell() {
    let folder = dist();
    let app = plain(&folder);
    for uri in ["/", "/embed", "/r/userunknown", "/index.html"] {
        let answer = get(&app, uri).await;
        assert_eq!(answer.status, 200, "{uri}");
        assert_eq!(answer.text(), html(SCRIPT), "{uri}");
        assert_eq!(answer.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(answer.header("cache-control"), "no-cache");
    }
    for uri in ["/r", "/r/a/b", "/nothing", "/embed/more"] {
        get(&app, uri).await.problem(404);
    }
}

#[tokio::test]
async fn files_have_their_type_and_their_lifetime() {
    let folder = dist();
    let app = plain(&folder);
    let forever = "public, max-age=31536000, immutable";
    for (uri, media_type, cache) in [
        ("/embed.js", "text/javascript; charset=utf-8", "no-cache"),
        (
            "/page-0123456789abcdef.js",
            "text/javascript; charset=utf-8",
            forever,
        ),
        (
            "/page-0123456789abcdef_bg.wasm",
            "application/wasm",
            forever,
        ),
        (
            "/main-0123456789abcdef.css",
            "text/css; charset=utf-8",
            forever,
        ),
        ("/icons/icon.svg", "image/svg+xml", "no-cache"),
    ] {
        let answer = get(&app, uri).await;
        assert_eq!(answer.status, 200, "{uri}");
        assert_eq!(answer.header("content-type"), media_type);
        assert_eq!(answer.header("cache-control"), cache, "{uri}");
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert_eq!(
            answer.header("cross-origin-resource-policy"),
            "cross-origin"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "no-referrer");
    }
}

#[tokio::test]
async fn nothing_outside_the_folder_is_served() {
    let folder = dist();
    let inner = folder.path().join("icons");
    let app = app_with(&inner, FrameConfig::default());
    assert_eq!(get(&app, "/icon.svg").await.status, 200);
    for uri in [
        "/../embed.js",
        "/..%2fembed.js",
        "/%2e%2e/embed.js",
        "/..%5cembed.js",
        "//embed.js",
        "/./icon.svg",
        "/a/../icon.svg",
    ] {
        get(&app, uri).await.problem(404);
    }
    for uri in ["/.hidden", "/icons", "/icons/", "/%00"] {
        get(&plain(&folder), uri).await.problem(404);
    }
}

#[tokio::test]
async fn the_policy_has_the_hash_of_the_script_that_is_served() {
    let folder = dist();
    let app = plain(&folder);
    for script in [SCRIPT, "\nchanged();\n"] {
        fs::write(folder.path().join("index.html"), html(script)).expect("a file");
        let hash = BASE64.encode(digest(&SHA256, script.as_bytes()).as_ref());
        let answer = get(&app, "/").await;
        assert_eq!(
            answer.header("content-security-policy"),
            format!(
                "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' 'sha256-{hash}'; \
                 style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; \
                 manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
            )
        );
        assert_eq!(answer.header("x-frame-options"), "DENY");
    }
}

#[tokio::test]
async fn only_embed_may_be_framed_and_only_by_those_named() {
    let folder = dist();
    let nobody = get(&plain(&folder), "/embed").await;
    assert_eq!(directive(&nobody, "frame-ancestors"), "'none'");
    assert_eq!(nobody.header("x-frame-options"), "");

    let origins = ["https://desk.example", "http://127.0.0.1:8081"];
    let frame = FrameConfig {
        embed_origins: origins.map(|text| text.parse().expect("an origin")).into(),
        public_url: None,
    };
    let app = app_with(folder.path(), frame);
    let embed = get(&app, "/embed").await;
    assert_eq!(directive(&embed, "frame-ancestors"), origins.join(" "));
    for uri in ["/", "/r/userunknown", "/embed.js", "/nothing", "/healthz"] {
        let answer = get(&app, uri).await;
        assert_eq!(directive(&answer, "frame-ancestors"), "'none'", "{uri}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{uri}");
    }
}

#[tokio::test]
async fn the_embed_policy_spells_the_origin_out() {
    let folder = dist();
    let app = plain(&folder);
    for (host, origin) in [
        ("127.0.0.1:8080", " http://127.0.0.1:8080"),
        ("clinic.example", " http://clinic.example"),
        ("[::1]:8080", " http://[::1]:8080"),
        ("clinic.example; script-src *", ""),
        ("a b", ""),
        ("'unsafe-inline'", ""),
        ("*", ""),
    ] {
        let answer = send(&app, "GET", "/embed", &[("host", host)]).await;
        for name in ["style-src", "connect-src", "font-src"] {
            assert_eq!(
                directive(&answer, name),
                format!("'self'{origin}"),
                "{host}"
            );
        }
        let script = directive(&answer, "script-src");
        let beginning = format!("'self'{origin} 'wasm-unsafe-eval' 'sha256-");
        assert!(script.starts_with(&beginning), "{script}");
        assert_eq!(
            directive(&answer, "img-src"),
            format!("'self'{origin} data:")
        );
    }
    let frame = FrameConfig {
        embed_origins: vec![],
        public_url: Some("https://clinic.example".parse().expect("an origin")),
    };
    let app = app_with(folder.path(), frame);
    let answer = send(&app, "GET", "/embed", &[("host", "other.example")]).await;
    assert_eq!(
        directive(&answer, "connect-src"),
        "'self' https://clinic.example"
    );
}

#[tokio::test]
async fn compressed_forms_are_used_where_the_browser_takes_them() {
    let folder = dist();
    let app = plain(&folder);
    let wasm = "/page-0123456789abcdef_bg.wasm";
    for (accepted, encoding, body) in [
        ("gzip, deflate, br", "br", "brotli"),
        ("gzip", "gzip", "gzip"),
        ("identity", "", "\0asm"),
    ] {
        let answer = send(&app, "GET", wasm, &[("accept-encoding", accepted)]).await;
        assert_eq!(answer.header("content-encoding"), encoding);
        assert_eq!(answer.text(), body);
        assert_eq!(answer.header("content-type"), "application/wasm");
    }
    // Without a sibling the file is compressed on its way out.
    let script = "/page-0123456789abcdef.js";
    let answer = send(&app, "GET", script, &[("accept-encoding", "br")]).await;
    assert_eq!(answer.header("content-encoding"), "br");
    assert_eq!(answer.header("vary"), "accept-encoding");
    assert!(answer.body.len() < 100);
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let folder = dist();
    let app = plain(&folder);
    for uri in ["/", "/embed.js"] {
        let first = get(&app, uri).await;
        let tag = first.header("etag");
        assert!(tag.starts_with("W/\""), "{tag}");
        let again = send(&app, "GET", uri, &[("if-none-match", tag)]).await;
        assert_eq!(again.status, 304);
        assert!(again.body.is_empty());
        let other = send(&app, "GET", uri, &[("if-none-match", "W/\"0\"")]).await;
        assert_eq!(other.status, 200);
    }
}

#[tokio::test]
async fn without_a_page_the_root_says_how_to_get_one() {
    let without = get(&demo_app().await, "/").await;
    assert_eq!(without.status, 503);
    assert!(without.text().contains("cargo xtask serve"));
    let empty = tempfile::tempdir().expect("a folder");
    let answer = get(&plain(&empty), "/r/userunknown").await;
    assert_eq!(answer.status, 503);
    assert!(answer.text().contains("--page"));
}

#[tokio::test]
async fn a_page_in_the_program_is_served_like_a_folder() {
    static FILES: &[(&str, &[u8])] = &[
        ("embed.js", b"customElements;"),
        ("index.html", b"<script>x</script>"),
    ];
    let config = Config {
        page: PageSource::BuiltIn(FILES),
        ..Config::default()
    };
    let app = app(config).expect("a service");
    let shell = get(&app, "/r/userunknown").await;
    assert_eq!(shell.text(), "<script>x</script>");
    assert!(directive(&shell, "script-src").contains("'sha256-"));
    assert_eq!(get(&app, "/embed.js").await.text(), "customElements;");
    get(&app, "/other.js").await.problem(404);
}

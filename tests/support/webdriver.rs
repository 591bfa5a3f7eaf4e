//! A browser of one's own by WebDriver (the W3C's protocol: JSON over HTTP). Things are found by role
//! and accessible name, as the browser itself computes them.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::resolver::client;

/// How long anything may take that a test waits for.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// The key under which the protocol hands out elements.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// How often a driver is started that could not have its port.
const ATTEMPTS: usize = 5;

/// A headless Chromium with a fresh profile; it ends with this value.
pub struct Browser {
    driver: Child,
    agent: ureq::Agent,
    session: String,
    _profile: TempDir,
}

/// An element of the page that a browser shows.
#[derive(Clone)]
pub struct Element<'b> {
    browser: &'b Browser,
    id: String,
}

impl Browser {
    /// Starts one; its window is 1280 pixels wide.
    #[must_use]
    pub fn start() -> Self {
        let (driver, port) = (0..ATTEMPTS)
            .find_map(|_| start_driver())
            .expect("chromedriver says its port");
        let mut browser = Self {
            driver,
            agent: client(),
            session: format!("http://127.0.0.1:{port}/session"),
            _profile: tempfile::tempdir().expect("a scratch folder can be made"),
        };
        let made = browser.post("", &browser.capabilities());
        let id = made["sessionId"].as_str().expect("a session has an id");
        browser.session = format!("{}/{id}", browser.session);
        browser
    }

    /// Gives the page a width and height, also narrower than a window can be. All of it is the
    /// page's, as on a phone: no scroll bar takes a part.
    pub fn resize(&self, width: u32, height: u32) {
        let size =
            json!({"width": width, "height": height, "deviceScaleFactor": 1, "mobile": false});
        self.devtools("Emulation.setDeviceMetricsOverride", &size);
        self.devtools("Emulation.setScrollbarsHidden", &json!({"hidden": true}));
    }

    /// Has pages believe that the person likes dark colours, or light ones.
    pub fn prefer_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!({"features": [{"name": "prefers-color-scheme", "value": value}]});
        self.devtools("Emulation.setEmulatedMedia", &features);
    }

    /// A command of Chromium's own protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Value {
        let body = json!({"cmd": command, "params": parameters});
        self.post("/goog/cdp/execute", &body)
    }

    /// Opens an address and waits until it has loaded.
    pub fn open(&self, url: &str) {
        self.post("/url", &json!({"url": url}));
    }

    /// Opens an address in a new window, which is then the one that is looked at.
    pub fn open_in_new_window(&self, url: &str) {
        let window = self.post("/window/new", &json!({"type": "window"}));
        self.post("/window", &json!({"handle": window["handle"]}));
        self.open(url);
    }

    /// Looks into a frame.
    pub fn enter(&self, frame: &Element<'_>) {
        self.post("/frame", &json!({"id": {ELEMENT: frame.id}}));
    }

    /// Looks at the page again that holds all frames.
    pub fn leave_frames(&self) {
        self.post("/frame", &json!({"id": null}));
    }

    /// Runs the body of a function in the page; `arguments` are its arguments.
    pub fn run(&self, script: &str, arguments: &Value) -> Value {
        let body = json!({"script": script, "args": arguments});
        self.post("/execute/sync", &body)
    }

    /// The same without arguments.
    pub fn value(&self, script: &str) -> Value {
        self.run(script, &json!([]))
    }

    /// Runs a script again and again until it gives something true, which is handed back.
    #[track_caller]
    pub fn wait_for(&self, script: &str) -> Value {
        wait(script, || {
            let value = self.value(script);
            let is_true = !matches!(value, Value::Null | Value::Bool(false));
            is_true.then_some(value)
        })
    }

    /// All elements with a role and an accessible name.
    #[must_use]
    pub fn all(&self, role: &str, name: &str) -> Vec<Element<'_>> {
        self.matching("/elements", role, name)
    }

    /// The one element with a role and an accessible name, once it is there.
    #[track_caller]
    pub fn find(&self, role: &str, name: &str) -> Element<'_> {
        wait(&format!("{role} {name:?}"), || {
            self.all(role, name).into_iter().next()
        })
    }

    /// The first element that CSS names, for what has no role.
    #[track_caller]
    pub fn by_css(&self, selector: &str) -> Element<'_> {
        wait(selector, || {
            self.elements("/elements", selector).into_iter().next()
        })
    }

    /// What went wrong since the last time it was asked: refused content, failed requests, errors of
    /// scripts.
    #[must_use]
    pub fn complaints(&self) -> Vec<String> {
        let entries = self.post("/se/log", &json!({"type": "browser"}));
        let entries = entries.as_array().cloned().unwrap_or_default();
        entries
            .iter()
            .filter(|entry| entry["level"] == "SEVERE")
            .map(|entry| entry["message"].to_string())
            .collect()
    }

    /// A picture of what is shown, as PNG in base64.
    #[must_use]
    pub fn screenshot(&self) -> String {
        let whole = json!({"format": "png", "captureBeyondViewport": true});
        let shot = self.devtools("Page.captureScreenshot", &whole);
        shot["data"].as_str().expect("a picture").to_owned()
    }

    fn capabilities(&self) -> Value {
        let profile = format!("--user-data-dir={}", self._profile.path().display());
        json!({"capabilities": {"alwaysMatch": {
            "goog:chromeOptions": {
                "binary": crate::chromium(),
                "args": [
                    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
                    "--no-first-run", "--disable-background-networking",
                    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
                    "--window-size=1280,900", "--lang=en-GB", profile,
                ],
            },
            "goog:loggingPrefs": {"browser": "ALL"},
        }}})
    }

    fn matching(&self, path: &str, role: &str, name: &str) -> Vec<Element<'_>> {
        self.elements(path, candidates(role))
            .into_iter()
            .filter(|element| element.name() == name && element.role() == role)
            .collect()
    }

    fn elements(&self, path: &str, selector: &str) -> Vec<Element<'_>> {
        let found = self.post(path, &json!({"using": "css selector", "value": selector}));
        let found = found.as_array().cloned().unwrap_or_default();
        found
            .iter()
            .filter_map(|element| element[ELEMENT].as_str())
            .map(|id| Element {
                browser: self,
                id: id.to_owned(),
            })
            .collect()
    }

    fn post(&self, path: &str, body: &Value) -> Value {
        match self.try_post(path, body) {
            Ok(value) => value,
            // The page may have drawn this part anew since it was looked at: then there is nothing.
            Err(error) if error["error"] == "stale element reference" => Value::Null,
            Err(error) => panic!("WebDriver: {path} {body:.300}: {error}"),
        }
    }

    fn try_post(&self, path: &str, body: &Value) -> Result<Value, Value> {
        let request = self.agent.post(format!("{}{path}", self.session));
        let request = request.header("content-type", "application/json");
        value_of(request.send(body.to_string()))
    }

    fn get(&self, path: &str) -> Value {
        value_of(self.agent.get(format!("{}{path}", self.session)).call()).unwrap_or(Value::Null)
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Ends the browser; where that fails the driver's end does it. Errors change nothing here.
        let _ = self.agent.delete(&self.session).call();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl<'b> Element<'b> {
    /// Its role, as the browser computes it.
    #[must_use]
    pub fn role(&self) -> String {
        self.ask("/computedrole")
    }

    /// Its accessible name, as the browser computes it.
    #[must_use]
    pub fn name(&self) -> String {
        self.ask("/computedlabel")
    }

    /// The text that is to be seen of it.
    #[must_use]
    pub fn text(&self) -> String {
        self.ask("/text")
    }

    /// An attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<String> {
        let value = self.browser.get(&self.path(&format!("/attribute/{name}")));
        value.as_str().map(str::to_owned)
    }

    /// What stands in a box.
    #[must_use]
    pub fn content(&self) -> String {
        self.ask("/property/value")
    }

    /// Clicks on it.
    #[track_caller]
    pub fn click(&self) {
        self.browser.post(&self.path("/click"), &json!({}));
    }

    /// Types into it; for a file input the path of a file.
    pub fn type_in(&self, text: &str) {
        self.browser
            .post(&self.path("/value"), &json!({"text": text}));
    }

    /// Puts a text into a box, as if typed: also one that is too long to be typed.
    pub fn fill(&self, text: &str) {
        let script = "const [box, text] = arguments;
            const own = Object.getPrototypeOf(box);
            Object.getOwnPropertyDescriptor(own, 'value').set.call(box, text);
            box.dispatchEvent(new Event('input', {bubbles: true}));";
        self.browser.run(script, &json!([self.json(), text]));
    }

    /// The one element inside with a role and an accessible name, once it is there.
    #[track_caller]
    pub fn find(&self, role: &str, name: &str) -> Self {
        wait(&format!("{role} {name:?}"), || {
            let inside = self.path("/elements");
            self.browser
                .matching(&inside, role, name)
                .into_iter()
                .next()
        })
    }

    /// All elements inside that CSS names.
    #[must_use]
    pub fn all_by_css(&self, selector: &str) -> Vec<Self> {
        self.browser.elements(&self.path("/elements"), selector)
    }

    /// Waits until its text holds another.
    #[track_caller]
    pub fn wait_for_text(&self, part: &str) {
        let mut last = String::new();
        let found = wait_or_none(|| {
            last = self.text();
            last.contains(part).then_some(())
        });
        assert!(found.is_some(), "{part:?} does not come into {last:?}");
    }

    /// As an argument of a script.
    #[must_use]
    pub fn json(&self) -> Value {
        json!({ELEMENT: self.id})
    }

    fn ask(&self, what: &str) -> String {
        let value = self.browser.get(&self.path(what));
        value.as_str().unwrap_or_default().to_owned()
    }

    fn path(&self, what: &str) -> String {
        format!("/element/{}{what}", self.id)
    }
}

/// Tries again and again, for as long as [`PATIENCE`] lasts.
#[track_caller]
pub fn wait<T>(what: &str, attempt: impl FnMut() -> Option<T>) -> T {
    wait_or_none(attempt).unwrap_or_else(|| panic!("waited in vain for {what}"))
}

fn wait_or_none<T>(mut attempt: impl FnMut() -> Option<T>) -> Option<T> {
    let until = Instant::now() + PATIENCE;
    loop {
        let found = attempt();
        if found.is_some() || Instant::now() > until {
            return found;
        }
        thread::sleep(Duration::from_millis(20));
    }
}

/// Elements that can have a role, as CSS; of these the browser tells the role itself.
fn candidates(role: &str) -> &'static str {
    match role {
        "button" => "button, [role=button]",
        "checkbox" => "input[type=checkbox], [role=checkbox]",
        "group" => "fieldset, [role=group]",
        "link" => "a, [role=link]",
        "navigation" => "nav, [role=navigation]",
        "region" => "section, [role=region]",
        "textbox" => "input, textarea, [role=textbox]",
        _ => panic!("no test has looked for the role {role} before: say what can have it"),
    }
}

/// A driver and its port; none where the port was taken in the meantime.
fn start_driver() -> Option<(Child, u16)> {
    let mut driver = Command::new(crate::chromedriver())
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver starts");
    let out = BufReader::new(driver.stdout.take().expect("its output is ours"));
    let port = announced_port(out);
    if port.is_none() {
        // It ends by itself when it cannot listen; where it has not, it ends here.
        let _ = driver.kill();
        let _ = driver.wait();
    }
    Some((driver, port?))
}

/// chromedriver says `ChromeDriver was started successfully on port 40000.`
fn announced_port(out: impl BufRead + Send + 'static) -> Option<u16> {
    let mut lines = out.lines().map_while(Result::ok);
    let port = lines.by_ref().find_map(|line| {
        let (_, port) = line.split_once("started successfully on port ")?;
        port.trim_end_matches('.').parse().ok()
    });
    // Output that nobody reads would fill its pipe and stop the driver.
    thread::spawn(move || lines.for_each(drop));
    port
}

/// The `value` of an answer; that of an error where it was none.
fn value_of(
    response: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Value, Value> {
    let response = response.expect("chromedriver answers");
    let succeeded = response.status().is_success();
    let body = response.into_body().read_to_string().expect("text");
    let json: Value = serde_json::from_str(&body).expect("chromedriver speaks JSON");
    match succeeded {
        true => Ok(json["value"].clone()),
        false => Err(json["value"].clone()),
    }
}

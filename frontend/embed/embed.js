// <bounce-clinic text="…" lang="de" theme="dark"></bounce-clinic>
//
// Shows the clinic in a frame as high as its content. Attributes: `text` is the bounce to read,
// `lang` the locale for dates, `theme` is light or dark, `sandbox` is passed on to the frame
// ("allow-scripts" is enough). Events: `result` with {report, link} and `insert` with {text} in
// `detail`. Messages are {"bounceClinic": 1, "type": …}, or that as JSON.
(() => {
  "use strict";
  if (customElements.get("bounce-clinic")) return;

  const VERSION = 1;
  const script =
    document.currentScript ||
    [...document.scripts].find((script) => new URL(script.src || "x:", document.baseURI).pathname.endsWith("/embed.js"));
  if (!script || !script.src) return;
  const clinic = new URL(script.src, document.baseURI).origin;

  class BounceClinic extends HTMLElement {
    static observedAttributes = ["text", "lang", "theme"];

    #frame = null;
    #isReady = false;
    #hear = (event) => this.#heard(event);

    connectedCallback() {
      if (this.#frame) return;
      const frame = document.createElement("iframe");
      frame.title = "Bounce Clinic";
      frame.allow = "clipboard-write";
      if (this.hasAttribute("sandbox")) frame.setAttribute("sandbox", this.getAttribute("sandbox"));
      Object.assign(frame.style, { border: "0", width: "100%", height: "20rem", display: "block" });
      this.#frame = frame;
      this.#isReady = false;
      window.addEventListener("message", this.#hear);
      frame.src = `${clinic}/embed`;
      if (!this.style.display) this.style.display = "block";
      this.append(frame);
    }

    disconnectedCallback() {
      window.removeEventListener("message", this.#hear);
      this.#frame?.remove();
      this.#frame = null;
    }

    attributeChangedCallback(name) {
      if (this.#isReady) this.#send(name);
    }

    #heard(event) {
      if (!this.#frame || event.source !== this.#frame.contentWindow) return;
      if (event.origin !== clinic && event.origin !== "null") return;
      const message = read(event.data);
      if (!message) return;
      switch (message.type) {
        case "ready":
          this.#isReady = true;
          for (const name of ["theme", "lang", "text"]) this.#send(name);
          break;
        case "resize":
          if (Number.isFinite(message.height) && message.height > 0) {
            this.#frame.style.height = `${Math.ceil(message.height)}px`;
          }
          break;
        case "result":
          this.#tell("result", { report: message.report, link: message.link });
          break;
        case "insert":
          this.#tell("insert", { text: message.text });
          break;
      }
    }

    #tell(name, detail) {
      this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
    }

    // A frame with an opaque origin can only be reached by "*"; what it holds is the clinic either
    // way, for nothing else is ever loaded into it.
    #send(name) {
      const value = this.getAttribute(name);
      if (value === null) return;
      const message = {
        text: { type: "diagnose", text: value },
        lang: { type: "locale", locale: value },
        theme: { type: "theme", theme: value },
      }[name];
      const sandbox = this.#frame.getAttribute("sandbox");
      const isOpaque = sandbox !== null && !sandbox.split(/\s+/).includes("allow-same-origin");
      this.#frame.contentWindow.postMessage({ bounceClinic: VERSION, ...message }, isOpaque ? "*" : clinic);
    }
  }

  function read(data) {
    let message = data;
    if (typeof data === "string") {
      try {
        message = JSON.parse(data);
      } catch {
        return null;
      }
    }
    return message && typeof message === "object" && message.bounceClinic === VERSION ? message : null;
  }

  customElements.define("bounce-clinic", BounceClinic);
})();

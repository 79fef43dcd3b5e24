// Lets the search work when the site is opened from disk: browsers refuse workers there. A frame of the same
// page plays the worker's part. Nothing is done where workers work.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      frame.setAttribute("aria-hidden", "true")
      this.waiting = []
      this.ready = new Promise((resolve) => {
        frame.addEventListener("load", () => resolve(frame.contentWindow))
      }).then(async (inner) => {
        inner.importScripts = (...addresses) =>
          addresses.reduce((before, address) => before.then(() => this.load(inner, new URL(address, url))), Promise.resolve())
        inner.postMessage = (data) => {
          const event = new MessageEvent("message", { data })
          this.dispatchEvent(event)
          if (typeof this.onmessage === "function") this.onmessage(event)
        }
        await this.load(inner, url)
        return inner
      })
      document.body.append(frame)
      this.frame = frame
    }
    load(inner, url) {
      return new Promise((resolve, reject) => {
        const script = inner.document.createElement("script")
        script.src = url
        script.onload = resolve
        script.onerror = () => reject(new Error(`cannot load ${url}`))
        inner.document.head.append(script)
      })
    }
    postMessage(data) {
      this.ready = this.ready.then((inner) => {
        inner.dispatchEvent(new inner.MessageEvent("message", { data }))
        return inner
      })
    }
    terminate() {
      this.frame.remove()
    }
  }
}

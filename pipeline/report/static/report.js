"use strict";
// The report's only script: draws charts, fills the actor page, searches. Loads nothing but files beside it.
(() => {
  const packed = {};
  const loaded = {};
  const status = document.getElementById("status");
  const say = (text) => { if (status) status.textContent = text; };

  // Data files call this with their name and their text.
  window.onrecordData = (name, text) => { packed[name] = text; };

  async function inflate(text) {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    return new Response(stream).json();
  }

  function load(name, file = `data/${name}.js`) {
    loaded[name] ??= new Promise((done, fail) => {
      const script = document.createElement("script");
      script.src = file;
      script.onload = () => inflate(packed[name]).then(done, fail);
      script.onerror = () => fail(new Error(`${file} is missing`));
      document.head.append(script);
    });
    return loaded[name];
  }

  const why = (error) => typeof DecompressionStream === "undefined"
    ? "This browser is too old for the report’s data files; one of 2023 or later reads them."
    : `The report’s data could not be read (${error.message}). Write it again with: onrecord report`;
  const failed = (error) => say(why(error));

  // Words compare without case and accents.
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const wordsOf = (text) => plain(text).split(/\s+/).filter(Boolean);
  const has = (text, words) => words.every((word) => text.includes(word));

  function element(tag, text, attributes = {}) {
    const made = document.createElement(tag);
    made.textContent = text;
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    return made;
  }

  // The markup in data files was escaped when it was made; a template runs no script and loads no image.
  function parse(html) {
    const made = document.createElement("template");
    made.innerHTML = html;
    return made.content;
  }

  const PAPER = 640;
  async function charts(figures) {
    const views = [];
    try {
      document.head.append(element("script", await load("vega", figures[0].dataset.chart)));
      for (const figure of figures) {
        const spec = JSON.parse(figure.querySelector("script[type='application/json']").textContent);
        const options = { renderer: "svg", actions: false, logLevel: 1 };
        views.push((await window.vegaEmbed(figure.querySelector(".chart"), spec, options)).view);
      }
    } catch (error) {
      for (const figure of figures) figure.querySelector(".chart").replaceChildren(element("p", why(error), { class: "more" }));
      return;
    }
    // Drawn again for paper: a chart of a wide screen would have letters too small to read there.
    window.addEventListener("beforeprint", () => { for (const view of views) view.width(PAPER).run(); });
    window.addEventListener("afterprint", () => window.dispatchEvent(new Event("resize")));
  }

  async function actorPage(view) {
    const id = decodeURIComponent(location.hash.slice(1));
    if (id === "main" && view.childElementCount) return;
    const index = await load("actors");
    const line = index.actors.find((actor) => actor[0] === id);
    if (!line) {
      const title = element("h1", id ? "Not in this report" : "Actors");
      const hint = element("p", "Find an actor with the search above, or in the ", { class: "stand" });
      hint.append(element("a", "list of actors", { href: "actors.html" }), ".");
      view.replaceChildren(title, hint);
      return;
    }
    const shard = await load(`s${line[1]}`);
    view.replaceChildren(parse(shard.find((entry) => entry[0] === id)[1]));
    document.title = `${line[2]} · On record`;
    say("");
    filter(view);
    window.scrollTo(0, 0);
  }

  // A field that keeps the statements with certain words; only where there are enough to choose from. The address
  // may ask for words (?with=) or for those that speak of an actor (?of=): so a number leads to its statements.
  function filter(view) {
    const statements = [...view.querySelectorAll(".st")];
    const asked = new URLSearchParams(location.search);
    let of = asked.get("of");
    if (!statements.length || (statements.length < 6 && !of && !asked.get("with"))) return;
    const box = element("div", "", { class: "filter" });
    const input = element("input", "", { id: "f", type: "search", dir: "auto" });
    const count = element("span", "", { role: "status" });
    box.append(element("label", "Only statements with", { for: "f" }), input, count);
    statements[0].before(box);
    const texts = statements.map((one) => plain(one.textContent));
    const named = statements.map((one) => [...one.querySelectorAll(".of")].map((name) => name.textContent));
    const run = () => {
      const words = wordsOf(input.value);
      let shown = 0;
      statements.forEach((one, n) => {
        one.hidden = !has(texts[n], words) || (of !== null && !named[n].includes(of));
        shown += !one.hidden;
      });
      count.textContent = words.length || of !== null ? `${shown} of ${statements.length}` : "";
    };
    if (of !== null) {
      const note = element("p", "Only those that speak of ", { class: "only" });
      const all = element("button", "Show all", { type: "button" });
      note.append(element("bdi", of), " ", all);
      all.addEventListener("click", () => { of = null; note.remove(); input.focus(); run(); });
      box.before(note);
    }
    input.value = asked.get("with") ?? "";
    input.addEventListener("input", run);
    run();
  }

  let turn = 0;
  async function search(view, text) {
    const mine = ++turn;
    const words = wordsOf(text);
    const list = document.getElementById("list");
    list.hidden = words.length > 0;
    document.querySelector("h1").textContent = words.length ? "Search" : "Actors";
    view.hidden = !words.length;
    if (!words.length) { say(""); return; }
    say("Searching …");
    const index = await load("actors");
    if (mine !== turn) return;
    const found = index.actors.filter((a) => has(plain([a[2], a[5], ...a[7]].join(" ")), words));
    const people = element("section", "", { "aria-label": "Actors found" });
    if (found.length) people.append(element("h2", `Actors (${found.length})`), actorList(found));
    const hits = element("section", "", { "aria-label": "Statements found" });
    view.replaceChildren(people, hits);
    const count = await statementHits(hits, words, index, () => mine === turn);
    if (mine !== turn) return;
    say(found.length || count
      ? `${many(found.length, "actor")} and ${many(count, "statement")} found.`
      : "Nothing found. All words must stand in one name or in one statement: try fewer, or the beginning of one.");
  }

  const many = (count, one) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;
  const SHOWN_ACTORS = 40;
  function actorList(found) {
    const list = element("ul", "");
    for (const actor of found.slice(0, SHOWN_ACTORS)) {
      const item = element("li", "");
      item.append(element("a", actor[2], { href: `actor.html#${actor[0]}`, dir: "auto" }));
      const role = [actor[3], actor[4], actor[5]].filter(Boolean).join(" · ");
      item.append(" ", element("small", `${role} · ${many(actor[6], "statement")}`));
      list.append(item);
    }
    if (found.length > SHOWN_ACTORS) list.append(element("li", `and ${found.length - SHOWN_ACTORS} more: add a word`));
    return list;
  }

  const SHOWN_STATEMENTS = 50;
  async function statementHits(place, words, index, wanted) {
    const names = new Map(index.actors.map((actor) => [actor[0], actor[2]]));
    const title = element("h2", "Statements");
    let count = 0;
    for (let n = 0; n < index.shards; n++) {
      const shard = await load(`s${n}`);
      if (!wanted()) return count;
      for (const [id, html] of shard) {
        if (!has(plain(html), words.map(escaped))) continue;
        for (const one of parse(html).querySelectorAll(".st")) {
          if (!has(plain(one.querySelector(".words").textContent), words)) continue;
          count += 1;
          if (count > SHOWN_STATEMENTS) continue;
          const name = element("h3", "", { class: "who" });
          name.append(element("a", names.get(id), { href: `actor.html#${id}`, dir: "auto" }));
          one.prepend(name);
          if (count === 1) place.append(title);
          place.append(one);
        }
      }
    }
    title.textContent = count > SHOWN_STATEMENTS
      ? `Statements (${count}, the first ${SHOWN_STATEMENTS})` : `Statements (${count})`;
    return count;
  }
  // A quick look at the markup before parsing it: words as they stand there. Marks may cut a word in two, then
  // it is found by its parts only.
  const escaped = (word) => word.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;")
    .replace(/"/g, "&#34;").replace(/'/g, "&#39;");

  function start() {
    const figures = document.querySelectorAll("figure[data-chart]");
    if (figures.length) charts(figures);
    const view = document.querySelector("[data-view]");
    if (view?.dataset.view === "actor") {
      const show = () => actorPage(view).catch(failed);
      window.addEventListener("hashchange", show);
      show();
    }
    if (view?.dataset.view === "search") {
      const input = document.getElementById("q");
      const run = () => search(view, input.value).catch(failed);
      input.value = new URLSearchParams(location.search).get("q") ?? "";
      let timer;
      input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(run, 200); });
      input.form.addEventListener("submit", (event) => { event.preventDefault(); run(); });
      run();
    }
  }
  document.addEventListener("DOMContentLoaded", start);
})();

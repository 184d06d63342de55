// Numbered boxes over the picture of a node that paints faces: a click chooses. Portrait Render: which face speaks. Script, with the
// layout "one picture": who speaks with which face. The node's own inputs stay the one source of the choice.

import { api } from "../../scripts/api.js";
import { app } from "../../scripts/app.js";
import { make } from "./timeline/page.js";
import { after, viewed } from "./nodes/ours.js";
import { loadWords, words } from "./timeline/language.js";
import { fileOf, place } from "./timeline/recording.js";

const WIDGET = "jamflow_faces";
const MIN_HEIGHT = 190;
const LAYOUT = "one picture";
const say = words("jamflowFaces");
const open = new Map();

/** What differs between the nodes: their picture's input, from how many faces on boxes are shown, what a click writes. */
const KINDS = {
  JamFlowPortraitRender: { input: "image", least: () => 2, Choice: class {
    constructor(node) {
      this.widget = node.widgets.find((widget) => widget.name === "face");
    }
    names() {
      return [];
    }
    number(index) {
      return String(index);
    }
    who(index) {
      return index === this.widget.value ? "" : null;
    }
    choose(index) {
      write(this.widget, index);
    }
  } },
  JamFlowScript: { input: "images.image0", least: (node) => (valueOf(node, "layout") === LAYOUT ? 1 : Infinity), Choice: class {
    constructor(node) {
      this.node = node;
      this.widget = node.widgets.find((widget) => widget.name === "faces");
      this.active = 0;
    }
    names() {
      const named = [...String(valueOf(this.node, "script")).matchAll(/\[([^\]\n]+)\]/g)].map(([, name]) => name.trim());
      return [...new Set(named.filter((name) => !/^pause\b/i.test(name)))];
    }
    faces() {
      const given = String(this.widget.value ?? "").split(/[,;\n]/).map((part) => part.split("=").map((piece) => piece.trim()));
      const chosen = new Map(given.filter(([name, number]) => name && Number(number) >= 1).map(([name, number]) => [name, Number(number) - 1]));
      const taken = new Set(chosen.values());
      let free = 0;
      for (const name of this.names()) {
        if (chosen.has(name)) continue;
        while (taken.has(free)) free += 1;
        chosen.set(name, free);
        taken.add(free);
      }
      return chosen;
    }
    number(index) {
      return String(index + 1);
    }
    who(index) {
      const names = [...this.faces()].filter(([, face]) => face === index).map(([name]) => name);
      return names.length ? names.join(", ") : null;
    }
    choose(index) {
      const faces = this.faces();
      const names = this.names();
      if (!names.length) return;
      const name = names[this.active % names.length];
      const other = names.find((one) => one !== name && faces.get(one) === index);
      if (other) faces.set(other, faces.get(name)); // they change places
      faces.set(name, index);
      write(this.widget, names.map((name) => `${name}=${faces.get(name) + 1}`).join(", "));
      this.active = (this.active + 1) % names.length;
    }
  } },
};

const valueOf = (node, name) => node.widgets.find((widget) => widget.name === name)?.value;

function write(widget, value) {
  app.canvas?.emitBeforeChange?.();
  widget.value = value;
  widget.callback?.(value);
  app.canvas?.emitAfterChange?.();
}

/** One node and its picture. */
class Faces {
  constructor(node) {
    this.node = node;
    this.kind = KINDS[node.comfyClass];
    this.choice = new this.kind.Choice(node);
    this.root = make("div", WIDGET, { role: "group", "aria-label": say("title") });
    for (const name of ["layout", "script", "faces", "face"]) this.follow(name);
    this.look();
  }

  follow(name) {
    const widget = this.node.widgets.find((other) => other.name === name);
    if (!widget) return;
    const { callback } = widget;
    widget.callback = (...values) => {
      const result = callback?.apply(widget, values);
      this.look();
      return result;
    };
  }

  /** The faces of the picture that the graph gives this node, asked for once a picture. */
  async look() {
    const file = fileOf(this.node, this.kind.input, "LoadImage", "image");
    if (file !== this.file) {
      this.file = file;
      this.found = null;
      if (file) {
        const answer = await api.fetchApi(`/jamflow/faces?${new URLSearchParams(place(file))}`);
        if (this.file !== file) return;
        this.found = answer.ok ? await answer.json() : null;
      }
    }
    this.draw();
  }

  draw() {
    const { found, node } = this;
    const wanted = (found?.faces.length ?? 0) >= this.kind.least(node);
    if (wanted !== Boolean(this.widget)) this.place(wanted);
    if (!wanted) return;
    const names = this.choice.names();
    const chips = names.map((name, index) => {
      const chip = make("button", "", { type: "button", "aria-pressed": index === this.choice.active }, name);
      chip.addEventListener("click", () => {
        this.choice.active = index;
        this.draw();
      });
      return chip;
    });
    const boxes = found.faces.map(([left, top, right, bottom], index) => {
      const who = this.choice.who(index);
      const box = make("button", "face", { type: "button", "aria-pressed": who !== null }, make("span", "", {}, [this.choice.number(index), who].filter(Boolean).join(" ")));
      const share = (value, whole) => `${(100 * value) / whole}%`;
      Object.assign(box.style, { left: share(left, found.width), top: share(top, found.height), width: share(right - left, found.width), height: share(bottom - top, found.height) });
      box.title = say("choose");
      box.addEventListener("click", () => {
        this.choice.choose(index);
        this.draw();
      });
      return box;
    });
    const picture = make("img", "", { src: viewed(place(this.file)), alt: "", draggable: "false" });
    const frame = make("div", "frame", {}, picture, ...boxes);
    frame.style.aspectRatio = `${found.width} / ${found.height}`;
    this.root.replaceChildren(make("div", "names", {}, ...chips), make("div", "room", {}, frame));
  }

  /** Put the picture on the node, or take it away. */
  place(wanted) {
    const { node } = this;
    if (wanted) {
      const look = { serialize: false, hideOnZoom: false, hideInPanel: true, margin: 6, getMinHeight: () => MIN_HEIGHT };
      this.widget = node.addDOMWidget(WIDGET, WIDGET, this.root, look);
      this.widget.serialize = false;
    } else {
      this.widget.onRemove?.();
      node.widgets = node.widgets.filter((widget) => widget !== this.widget);
      this.root.remove();
      this.widget = null;
    }
    const [, least] = node.computeSize();
    node.setSize([node.size[0], wanted ? Math.max(node.size[1], least) : Math.max(least, node.size[1] - MIN_HEIGHT)]);
    node.setDirtyCanvas?.(true, true);
  }
}

app.registerExtension({
  name: "JAM-Flow.Faces",

  init: loadWords,

  beforeRegisterNodeDef(nodeType, nodeData) {
    if (!(nodeData.name in KINDS)) return;
    after(nodeType, "onAdded", function () {
      if (!open.has(this)) open.set(this, new Faces(this));
    });
    for (const event of ["onConfigure", "onConnectionsChange", "onMouseEnter"]) {
      after(nodeType, event, function () {
        open.get(this)?.look();
      });
    }
    after(nodeType, "onRemoved", function () {
      open.delete(this);
    });
  },

  /** A graph was loaded: its pictures are there now, whatever order its nodes came in. */
  afterConfigureGraph() {
    for (const own of open.values()) own.look();
  },
});

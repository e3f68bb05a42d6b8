// The flame graph: a box a stack, as wide as what was executed there; a click on one makes it the whole width.

const FLAME_ROW = 20;
let flameRoot = page.profile.flame;

function svg(name, attributes, ...children) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

function flameName([index]) {
  return index < 0 ? "all" : page.profile.functions[index].name;
}

// A warm colour that is the same for the same name.
function flameColour(name) {
  let hash = 0;
  for (const letter of name) hash = (hash * 31 + letter.charCodeAt(0)) % 9973;
  return `hsl(${15 + hash % 40} 85% ${62 + hash % 13}%)`;
}

page.views["Flame graph"] = () => {
  const width = Math.max(400, document.querySelector("#view").clientWidth - 32);
  const boxes = [];
  let deepest = 0;
  function draw(node, left, size, depth) {
    if (size < 1) return;
    deepest = Math.max(deepest, depth);
    const name = flameName(node);
    const attributes = { x: left, y: depth * FLAME_ROW, width: size, height: FLAME_ROW, rx: 2 };
    const box = svg("rect", { ...attributes, class: "flame", fill: flameColour(name) });
    box.append(svg("title", {}, `${name}: ${number(node[1])} instructions, ${percent(node[1])} %`));
    box.addEventListener("click", () => {
      flameRoot = node === flameRoot ? page.profile.flame : node;
      if (node[0] >= 0) page.selected = page.profile.functions[node[0]];
      page.show();
    });
    boxes.push(box);
    const letters = Math.floor((size - 8) / 7.5);
    if (letters > 2) {
      const label = shortName(name);
      const text = label.length > letters ? `${label.slice(0, letters - 1)}…` : label;
      boxes.push(svg("text", { x: left + 4, y: depth * FLAME_ROW + 14, class: "flame-text" }, text));
    }
    let at = left;
    for (const callee of node[2]) {
      const part = size * callee[1] / Math.max(1, node[1]);
      draw(callee, at, part, depth + 1);
      at += part;
    }
  }
  draw(flameRoot, 0, width, 0);
  const hint = "Click a box to look at it alone, and again to go back.";
  return [
    element("p", { className: "faint", textContent: hint }),
    svg("svg", { width, height: (deepest + 1) * FLAME_ROW, role: "img" }, ...boxes),
  ];
};

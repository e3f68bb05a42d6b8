// The call graph of what costs most: callers above what they call, lines as thick as what was executed in the calls.

const GRAPH = { functions: 32, width: 170, height: 34, across: 14, down: 44 };

page.views["Call graph"] = () => {
  const shown = page.profile.functions
    .map((each, index) => ({ ...each, index }))
    .filter(({ inclusive }) => inclusive > 0)
    .sort((a, b) => b.inclusive - a.inclusive)
    .slice(0, GRAPH.functions);
  const indexes = new Set(shown.map(({ index }) => index));
  const calls = page.profile.calls.filter(({ from, to }) => from !== to && indexes.has(from) && indexes.has(to));
  const rows = layers(shown, calls);
  const places = new Map();
  rows.forEach((row, y) =>
    row.forEach((index, x) =>
      places.set(index, { x: x * (GRAPH.width + GRAPH.across), y: y * (GRAPH.height + GRAPH.down) })
    )
  );
  const lines = calls.map((call) => {
    const [from, to] = [places.get(call.from), places.get(call.to)];
    const [x1, y1, x2, y2] = [from.x + GRAPH.width / 2, from.y + GRAPH.height, to.x + GRAPH.width / 2, to.y];
    const middle = Math.max(25, Math.abs(y2 - y1) / 2);
    const line = svg("path", {
      class: "call",
      d: `M ${x1} ${y1} C ${x1} ${y1 + middle} ${x2} ${y2 - middle} ${x2} ${y2}`,
      "stroke-width": 1 + 7 * call.inclusive / Math.max(1, page.profile.total),
    });
    const names = `${page.profile.functions[call.from].name} → ${page.profile.functions[call.to].name}`;
    line.append(svg("title", {}, `${names}: ${number(call.calls)} calls, ${percent(call.inclusive)} %`));
    return line;
  });
  const boxes = shown.map(({ index, name, inclusive, self }) => {
    const { x, y } = places.get(index);
    const box = svg("rect", { class: "box", x, y, width: GRAPH.width, height: GRAPH.height, rx: 4 });
    box.append(svg("title", {}, `${name}: ${number(inclusive)} instructions, ${number(self)} of its own`));
    box.addEventListener("click", () => page.select(page.profile.functions[index]));
    const short = shortName(name);
    const label = short.length > 23 ? `${short.slice(0, 22)}…` : short;
    const costs = `${percent(inclusive)} %, self ${percent(self)} %`;
    const texts = [label, costs].map((text, line) => svg("text", { x: x + 6, y: y + 14 + 14 * line }, text));
    return svg("g", {}, box, ...texts);
  });
  const width = Math.max(...rows.map((row) => row.length)) * (GRAPH.width + GRAPH.across);
  const height = rows.length * (GRAPH.height + GRAPH.down);
  return [svg("svg", { width, height, role: "img" }, ...lines, ...boxes)];
};

// Rows of functions: each below the first of its callers that was placed.
function layers(shown, calls) {
  const depths = new Map();
  const isCalled = new Set(calls.map(({ to }) => to));
  const first = shown.filter(({ index }) => !isCalled.has(index)).map(({ index }) => index);
  let reached = first.length > 0 ? first : [shown[0].index];
  for (let depth = 0; depths.size < shown.length; depth++) {
    if (reached.length === 0) reached = [shown.find(({ index }) => !depths.has(index)).index];
    for (const index of reached) depths.set(index, depth);
    const next = calls.filter(({ from, to }) => reached.includes(from) && !depths.has(to)).map(({ to }) => to);
    reached = [...new Set(next)];
  }
  const rows = [];
  for (const { index } of shown) (rows[depths.get(index)] ??= []).push(index);
  return rows.filter((each) => each !== undefined);
}

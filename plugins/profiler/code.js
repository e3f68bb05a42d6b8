// The code of a function with the count of each instruction, the warmer the hotter, and its loops; who calls it, and
// whom it calls.

page.views["Code"] = () => {
  const { name, image, address, size, code, loops, isInlined } = page.selected;
  const parts = [element("h2", { textContent: name }), element("p", { className: "faint", textContent: image })];
  if (code.length === 0) {
    const why = isInlined
      ? "It was inlined: it is in the code of the functions that call it."
      : size === 0
      ? "It has no symbol, so that its extent is not known."
      : "It is not one of the hottest.";
    return [...parts, element("p", { textContent: `Its code is not here. ${why}` })];
  }
  parts.push(loopTable(loops));
  const most = Math.max(...code.map(([, count]) => count));
  const starts = loops.map((loop) => ({ ...loop, members: members(loop, code) }));
  const lines = code.map(([at, count, text, line]) => {
    const within = starts.filter(({ members }) => members.has(at));
    const label = element("td", { className: "text loop", textContent: text });
    label.style.setProperty("--depth", within.length);
    label.classList.toggle("inside", within.length > 0);
    const cells = [number(count), at, line === 0 ? "" : `:${line}`].map((textContent) =>
      element("td", { textContent })
    );
    const row = element("tr", { className: count === 0 ? "cold" : "", id: `at-${at}` }, ...cells, label);
    row.style.setProperty("--heat-part", most === 0 ? 0 : Math.sqrt(count / most));
    return row;
  });
  const heading = `Code at ${address}`;
  return [...parts, element("h3", { textContent: heading }), element("table", { className: "code" }, ...lines)];
};

// Addresses of a loop's instructions: from the start of each of its blocks to the start of the next block of any kind.
function members({ blocks }, code) {
  const inside = new Set(blocks);
  const heads = new Set(page.selected.starts);
  let isInside = false;
  return new Set(
    code.map(([at]) => at).filter((at) => {
      if (heads.has(at)) isInside = inside.has(at);
      return isInside;
    }),
  );
}

function loopTable(loops) {
  if (loops.length === 0) return element("p", { className: "faint", textContent: "No loops ran." });
  const rows = loops.map(({ head, entries, iterations, depth, blocks }) => {
    const link = element("a", { textContent: head, href: `#at-${head}` });
    const place = element("td", { className: "name" }, "  ".repeat(depth), link);
    const cells = [entries, iterations, entries === 0 ? 0 : iterations / entries, blocks.length];
    return element("tr", {}, place, ...cells.map((value) => element("td", { textContent: number(value) })));
  });
  const titles = ["Loop", "Entered", "Went back", "A time", "Blocks"].map((textContent, index) =>
    element("th", { textContent, className: index === 0 ? "name" : "" })
  );
  return element("table", {}, element("tr", {}, ...titles), ...rows);
}

page.views["Calls"] = () => {
  const index = page.profile.functions.indexOf(page.selected);
  return [
    element("h2", { textContent: page.selected.name }),
    ...callTable("Called by", page.profile.calls.filter(({ to }) => to === index), "from"),
    ...callTable("Calls", page.profile.calls.filter(({ from }) => from === index), "to"),
  ];
};

function callTable(title, calls, end) {
  const heading = element("h3", { textContent: title });
  if (calls.length === 0) return [heading, element("p", { className: "faint", textContent: "Nothing." })];
  const rows = calls.sort((a, b) => b.inclusive - a.inclusive).map((call) => {
    const other = page.profile.functions[call[end]];
    const cells = [number(call.calls), number(call.inclusive), percent(call.inclusive)];
    const line = element(
      "tr",
      {},
      element("td", { className: "name", textContent: other.name }),
      ...cells.map((textContent) => element("td", { textContent })),
    );
    line.lastChild.className = "bar";
    line.lastChild.style.setProperty("--part", call.inclusive / Math.max(1, page.profile.total));
    line.addEventListener("click", () => page.select(other));
    return line;
  });
  const titles = ["Function", "Calls", "Instructions", "%"].map((textContent, at) =>
    element("th", { textContent, className: at === 0 ? "name" : "" })
  );
  return [heading, element("table", {}, element("tr", {}, ...titles), ...rows)];
}

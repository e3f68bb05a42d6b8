// The table of functions: sorted by a click on a title, filtered by name.

const columns = [
  { title: "Function", key: "name", isText: true },
  { title: "Self", key: "self" },
  { title: "%", key: "self", isPart: true },
  { title: "With callees", key: "inclusive" },
  { title: "Calls", key: "calls" },
];
let order = { column: 1, isDescending: true };

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function number(value) {
  return value.toLocaleString("en");
}

// A name without what templates are made for, where there is little room: `std::vector<…>::push_back`.
function shortName(name) {
  if (name.includes("operator")) return name;
  let [text, before] = [name.replaceAll("->", "→"), ""];
  while (text !== before) [text, before] = [text.replace(/<[^<>]*>/g, "\u0000"), text];
  return text.replaceAll("\u0000", "<…>").replaceAll("→", "->");
}

function percent(value) {
  return (100 * value / Math.max(1, page.profile.total)).toFixed(2);
}

page.showTable = () => {
  const head = columns.map(({ title }, index) => {
    const button = element("button", { type: "button", textContent: title });
    button.addEventListener("click", () => {
      const isSame = order.column === index;
      order = { column: index, isDescending: isSame ? !order.isDescending : !columns[index].isText };
      page.showTable();
    });
    const cell = element("th", { className: index === 0 ? "name" : "" }, button);
    const direction = order.isDescending ? "descending" : "ascending";
    cell.setAttribute("aria-sort", order.column === index ? direction : "none");
    if (order.column === index) button.textContent += order.isDescending ? " ↓" : " ↑";
    return cell;
  });
  document.querySelector("#functions thead").replaceChildren(element("tr", {}, ...head));

  const { key, isText } = columns[order.column];
  const sign = order.isDescending ? -1 : 1;
  const compare = (a, b) => isText ? a[key].localeCompare(b[key]) : a[key] - b[key];
  const wanted = document.querySelector("#filter").value.toLowerCase();
  const rows = page.profile.functions
    .filter(({ name, image }) => `${name} ${image}`.toLowerCase().includes(wanted))
    .sort((a, b) => sign * compare(a, b));
  document.querySelector("#functions tbody").replaceChildren(...rows.map(row));
};

function row(each) {
  const cells = columns.map(({ key, isText, isPart }) =>
    element("td", {
      className: isText ? "name" : isPart ? "bar" : "",
      textContent: isText ? shortName(each[key]) : isPart ? percent(each[key]) : number(each[key]),
      title: isText ? `${each.name}\n${each.image}` : "",
    })
  );
  cells[2].style.setProperty("--part", each.self / Math.max(1, page.profile.total));
  const line = element("tr", { tabIndex: 0 }, ...cells);
  line.setAttribute("aria-selected", each === page.selected);
  line.addEventListener("click", () => page.select(each));
  line.addEventListener("keydown", (event) => event.key === "Enter" && page.select(each));
  return line;
}

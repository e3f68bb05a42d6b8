/**
 * Lint rule that keeps the layers: which folder may import which. Nothing imports upward.
 *
 * The table is the architecture; docs/architecture.md draws it. Type-only imports count as imports.
 */

/** Folder -> folders whose modules it may import. A folder may always import from itself. */
const LAYERS: Record<string, readonly string[]> = {
  "engine/ffi": [],
  "engine/binary/elf": [],
  "engine/binary/dwarf": [],
  "engine/arch": ["engine/ffi"],
  "engine/memory": ["engine/ffi"],
  "engine/cpu": ["engine/ffi", "engine/arch", "engine/memory"],
  "engine/disasm": ["engine/ffi", "engine/arch"],
  "engine/counters": ["engine/ffi", "engine/arch", "engine/memory", "engine/cpu", "engine/disasm"],
  "engine/symbols": ["engine/binary", "engine/memory"],
  "engine/loader": ["engine/binary", "engine/memory", "engine/arch"],
  "engine/linux": [
    "engine/ffi",
    "engine/arch",
    "engine/memory",
    "engine/cpu",
    "engine/binary",
    "engine/loader",
  ],
  "engine/hooks": [
    "engine/arch",
    "engine/memory",
    "engine/cpu",
    "engine/disasm",
    "engine/counters",
    "engine/symbols",
  ],
  "engine/report": ["engine/counters", "engine/symbols", "engine/disasm"],
  "engine": ["engine"],
  "mod.ts": ["engine", "repl"],
  "deno.json": [],
  "plugins": ["mod.ts"],
  "repl": ["mod.ts", "plugins", "deno.json"],
  "examples": ["mod.ts"],
  "docs": ["tests", "repl", "mod.ts", "deno.json"],
  "tests": ["engine", "repl", "plugins", "examples", "docs", "mod.ts", "deno.json"],
};

const ROOT = decodeURIComponent(new URL("../..", import.meta.url).pathname);

/** The layer of a file: the longest key of {@linkcode LAYERS} that its path starts with. */
export function layerOf(path: string): string | undefined {
  return Object.keys(LAYERS)
    .filter((layer) => path === layer || path.startsWith(layer + "/"))
    .sort((a, b) => b.length - a.length)[0];
}

/** Whether a file of the tree may import another; both paths are relative to the root. */
export function mayImport(importer: string, imported: string): boolean {
  const from = layerOf(importer);
  const to = layerOf(imported);
  if (from === undefined || to === undefined) return from === undefined;
  return from === to || LAYERS[from].some((allowed) => to === allowed || to.startsWith(allowed + "/"));
}

function relativeToRoot(path: string): string | undefined {
  return path.startsWith(ROOT) ? path.slice(ROOT.length) : undefined;
}

type Importing = { source: { value: unknown } | null };

const plugin: Deno.lint.Plugin = {
  name: "layers",
  rules: {
    "no-upward-import": {
      create(context) {
        const importer = relativeToRoot(context.filename);
        function check(node: Importing, report: Deno.lint.Node) {
          const specifier = node.source?.value;
          if (importer === undefined || typeof specifier !== "string") return;
          const target = specifier === "ceratops"
            ? "mod.ts"
            : specifier.startsWith(".")
            ? relativeToRoot(decodeURIComponent(new URL(specifier, `file://${context.filename}`).pathname))
            : undefined;
          if (target === undefined || mayImport(importer, target)) return;
          context.report({
            node: report,
            message: `${layerOf(importer)} may not import ${layerOf(target) ?? target}`,
            hint: "Data flows one way; the table is in tests/lint/layers.ts.",
          });
        }
        return {
          ImportDeclaration: (node) => check(node, node),
          ExportNamedDeclaration: (node) => check(node as Importing, node),
          ExportAllDeclaration: (node) => check(node, node),
        };
      },
    },
  },
};

export default plugin;

/**
 * How often each line of source ran, as gcov prints it, or as a tracefile for lcov and genhtml.
 *
 * The program must have debug information (`gcc -g`); it is neither compiled nor linked for coverage. Nothing is
 * attached: all is read from the native counts when the report is wanted.
 */

import { definePlugin, type SourceCoverage, sourceCoverage, sourceListing, toLcov } from "../mod.ts";

export default definePlugin({
  name: "lines",
  description: "How often each line of source ran, as gcov and lcov have it",
  formats: ["text", "lcov", "json"],
  params: {
    all: { type: "boolean", default: false, description: "Libraries with debug information, too" },
  },
  setup(api) {
    function files(): SourceCoverage[] {
      const images = api.images.filter(({ role }) => api.params.all || role === "program");
      return sourceCoverage(api.coverage.counts(), images);
    }

    function read(path: string): string | undefined {
      try {
        return Deno.readTextFileSync(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.PermissionDenied) return undefined;
        throw error;
      }
    }

    api.onReport((report) => {
      const found = files();
      if (report.format === "json") return report.write(JSON.stringify(found, undefined, 2) + "\n");
      if (found.length === 0) return report.write("# No source lines are known; compile with -g\n");
      if (report.format === "lcov") return report.write(toLcov(found));
      for (const file of found) report.write(sourceListing(file, read(file.path)));
    });
  },
});

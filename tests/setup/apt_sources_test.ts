import assert from "node:assert/strict";
import { archiveSources, formatSource, parseSources, parseSourcesList } from "../../repl/setup/apt_sources.ts";

// The examples of sources.list(5), with other hosts.
const ONE_LINE = `
# comment
deb http://mirror.test/debian bookworm main contrib # trailing comment
deb-src http://mirror.test/debian bookworm main
#deb http://mirror.test/debian sid main
deb [ arch=amd64,armel signed-by=/k/one.gpg,/k/two.gpg ] http://mirror.test/security bookworm-security main
  deb [trusted=yes] file:/srv/flat ./
`;

const DEB822 = `# comment
Types: deb deb-src
URIs: http://one.test/debian
  http://two.test/debian
Suites: bookworm bookworm-updates
# comment inside
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://off.test/debian
Suites: bookworm
Components: main
Enabled: no

types: deb-src
uris: http://source.test/debian
suites: bookworm
components: main


types: deb
uris: http://key.test/debian
suites: sid
components: main
signed-by:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----
`;

Deno.test("parseSourcesList() reads enabled binary entries with their keyrings", () => {
  assert.deepEqual(parseSourcesList(ONE_LINE), [
    { uris: ["http://mirror.test/debian"], suites: ["bookworm"], components: ["main", "contrib"], signedBy: [] },
    {
      uris: ["http://mirror.test/security"],
      suites: ["bookworm-security"],
      components: ["main"],
      signedBy: ["/k/one.gpg", "/k/two.gpg"],
    },
    { uris: ["file:/srv/flat"], suites: ["./"], components: [], signedBy: [] },
  ]);
});

Deno.test("parseSources() reads continued fields, and leaves out what is disabled or for sources only", () => {
  assert.deepEqual(parseSources(DEB822), [
    {
      uris: ["http://one.test/debian", "http://two.test/debian"],
      suites: ["bookworm", "bookworm-updates"],
      components: ["main"],
      signedBy: ["/usr/share/keyrings/debian-archive-keyring.gpg"],
    },
    { uris: ["http://key.test/debian"], suites: ["sid"], components: ["main"], signedBy: [] },
  ]);
});

Deno.test("archiveSources() keeps the release's archive and no security or third-party one", () => {
  const sources = parseSourcesList(`
deb http://mirror.test/debian-security bookworm main
deb http://mirror.test/debian-security bookworm-security main
deb http://other.test/node nodistro main
deb http://mirror.test/debian bookworm-updates main
deb cdrom:[Debian]/ bookworm main
deb http://mirror.test/debian bookworm contrib
deb http://mirror.test/debian/ oldstable main
`);
  assert.deepEqual(archiveSources(sources, ["bookworm", "oldstable"]).map(({ uris }) => uris), [
    ["http://mirror.test/debian/"],
  ]);
});

Deno.test("formatSource() writes what parseSourcesList() reads", () => {
  for (const signedBy of [[], ["/k/one.gpg"], ["/k/one.gpg", "/k/two.gpg"]]) {
    const line = formatSource("http://mirror.test/debian", "trixie", "main", signedBy);
    assert.deepEqual(parseSourcesList(line), [
      { uris: ["http://mirror.test/debian"], suites: ["trixie"], components: ["main"], signedBy },
    ]);
  }
});

/** Command lines of the programs of GNU coreutils, and what they find: run both ways by the tests `coreutils_*`. */

import { assertManySame } from "./many.ts";

function prepare(folder: string): void {
  Deno.mkdirSync(`${folder}/sub/deep`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/words`, "pear 3\napple 10\nfig 2\napple 10\nquince 7\n");
  Deno.writeTextFileSync(`${folder}/left`, "1 one\n2 two\n4 four\n");
  Deno.writeTextFileSync(`${folder}/right`, "1 uno\n3 tre\n4 quattro\n");
  Deno.writeTextFileSync(`${folder}/text`, "\tTab and ümlaut, a long line that is folded somewhere.\n\n\nEnd\n");
  Deno.writeTextFileSync(
    `${folder}/numbers`,
    Array.from({ length: 200 }, (_, index) => `${index * 7919 % 1009}\n`).join(""),
  );
  Deno.writeFileSync(`${folder}/bytes`, Uint8Array.from({ length: 700 }, (_, index) => index * 31));
  Deno.symlinkSync("words", `${folder}/link`);
  for (const name of ["words", "left", "right", "text", "numbers", "bytes"]) {
    Deno.utimeSync(`${folder}/${name}`, 1_000_000_000, 1_000_000_000);
  }
}

const TABLES = {
  "text": `
    cat -A text
    cat -n words text
    tac words
    head -n 2 words
    head -c -5 words
    tail -n +3 words
    tail -c 9 words
    wc words text bytes
    wc -L < text
    sort words
    sort -k2,2n -k1,1r words
    sort -u words
    sort -g --debug numbers
    uniq -c words
    shuf --random-source=bytes -i 1-20
    cut -d ' ' -f 2 words
    cut -c 2-4 words
    paste left right
    paste -s -d , words
    join left right
    join -a 1 -e none -o 1.1,2.2 left right
    comm left right
    tr a-z A-Z < words
    tr -d '\\n' < words
    fold -w 20 -s text
    fmt -w 30 text
    expand -t 4 text
    unexpand -a text
    nl -ba text
    pr -l 20 -h title -D now words
    csplit -f part words /fig/
    split -n 3 numbers chunk
    split -l 50 -d numbers lines
    tsort left
    ptx words
    column -t words`,
  "bytes": `
    od -A x -t x1z bytes
    od -c text
    base64 bytes
    base32 -w 20 words
    base64 -d -i text
    basenc --z85 --wrap=0 < link
    cksum bytes
    sum words
    md5sum bytes text
    sha1sum bytes
    sha224sum bytes
    sha256sum words bytes
    sha384sum bytes
    sha512sum bytes
    b2sum bytes
    dd if=bytes bs=100 skip=2 count=3 status=none
    dd if=bytes of=copied bs=64 conv=swab,sync status=none
    truncate -s 100 copied
    factor 2520 97 600851475143
    seq -w 8 11
    seq -f %.2e 1 0.5 3
    numfmt --to=iec 1048576 1500
    expr 17 % 5 + 2
    expr substr coreutils 3 4
    printf '%05.1f|%x|%-5s|%b\\n' 3.14159 255 ab 'a\\tb'
    echo -e 'a\\tb\\x41'
    test -d sub
    test words -nt text
    [ -L link ]
    true
    false
    sleep 0.01
    yes --version`,
  "files": `
    ls -la --time-style=+%Y words text link
    ls -R -F
    dir sub
    vdir --time-style=+%s words
    mkdir -p made/a/b -m 750
    mkdir sub
    rmdir made/a/b
    cp -a words copy
    cp -r sub sub2
    cp words missing/none
    mv copy moved
    mv -n moved words
    ln moved hard
    ln -sr moved soft
    link hard hard2
    unlink hard2
    rm -v moved
    rm missing
    rm -rf sub2
    touch -d @86400 hard
    touch -r words made
    chmod -v u=rw,go= hard
    chmod -R a+X made
    chown 0:0 hard
    chgrp 0 hard
    install -m 640 words installed
    mkfifo -m 600 fifo
    mknod node p
    mktemp -u -p . nameXXXX --suffix=.x -q -d --dry-run /dev/null/x
    readlink -f link
    realpath --relative-to=sub words
    stat -c '%n %F %a %s %h' words link sub fifo
    stat -f -c %T /proc
    du -ab sub
    shred -n 1 -u installed
    tee teed < words
    sync words
    truncate -s 1M sparse
    pathchk -p 'a b'
    dirname /a/b/c /x
    basename -s .c -a a.c b/c.c`,
  "system": `
    uname -srm
    arch
    id
    id -un
    whoami
    groups
    hostid
    tty
    pwd -P
    printenv LC_ALL
    printenv TZ
    date -u -d @1234567890 +%FT%T
    date -d '2001-09-09 01:46:40 UTC' +%s
    users
    logname
    nice
    stty -a
    dircolors -b /dev/null
    df --output=fstype /proc
    factor --help
    who /dev/null
    kill -l 11
    stty --version`,
};

/** Tests that each command of a table gives as a guest what it gives natively, on the disk too. */
export function testCoreutils(what: keyof typeof TABLES): void {
  Deno.test(`coreutils, ${what}: each command gives what it gives natively`, async () => {
    await assertManySame(TABLES[what].trim().split("\n").map((line) => line.trim()), prepare);
  });
}

/** Rows about extended attributes: setxattr(2), getxattr(2), listxattr(2), removexattr(2). See xattr(7). */

import { ERRNO } from "../abi/errno.ts";
import { AT_FDCWD, XATTR_FLAGS } from "../abi/files.ts";
import { withFile, withWholePath } from "../file_calls.ts";
import { readable, transferRange } from "../guest_pointers.ts";
import { hostCall } from "../host.ts";
import { descriptorPath } from "../host_files.ts";
import { deniesChange } from "../path_access.ts";
import { address, fd, flags, path, size } from "../parameters.ts";
import type { Process } from "../process.ts";
import { type Result, syscall } from "../syscall.ts";

const [READ, WRITE] = [1, 2];

/** By path, by path without following a link, by descriptor. */
type Prefix = "" | "l" | "f";

/** Finds the file and makes the call for a host path that leads to it. */
function onFile(
  process: Process,
  prefix: Prefix,
  file: number,
  access: "read" | "change",
  call: (path: bigint) => number,
): Result {
  if (prefix === "f") {
    return withFile(process, file, (file) => {
      if (file.node) return -ERRNO.EOPNOTSUPP;
      return (access === "change" ? deniesChange(process, file) : undefined) ?? call(descriptorPath(file.host));
    });
  }
  const follow = prefix === "";
  return process.paths.at(process, AT_FDCWD, file, follow, {
    access,
    host: (directory, name) => withWholePath(directory, name, follow, call),
    proc: () => -ERRNO.EOPNOTSUPP,
  });
}

const file = (prefix: Prefix) => prefix === "f" ? fd : path;

function setter(prefix: Prefix) {
  return syscall(
    `${prefix}setxattr`,
    "full",
    { file: file(prefix), name: path, value: address, size, flags: flags(XATTR_FLAGS) },
    (process, { file, name, value, size, flags }) => {
      const range = transferRange(process, value, size, READ);
      const at = readable(process, name, 1);
      return onFile(
        process,
        prefix,
        file,
        "change",
        (path) => hostCall("setxattr", path, at, range.address, range.length, flags),
      );
    },
  );
}

function getter(prefix: Prefix) {
  return syscall(
    `${prefix}getxattr`,
    "full",
    { file: file(prefix), name: path, value: address, size },
    (process, { file, name, value, size }) => {
      const range = transferRange(process, value, size, WRITE);
      const at = readable(process, name, 1);
      return onFile(
        process,
        prefix,
        file,
        "read",
        (path) => hostCall("getxattr", path, at, range.address, range.length),
      );
    },
  );
}

function lister(prefix: Prefix) {
  return syscall(
    `${prefix}listxattr`,
    "full",
    { file: file(prefix), list: address, size },
    (process, { file, list, size }) => {
      const range = transferRange(process, list, size, WRITE);
      return onFile(process, prefix, file, "read", (path) => hostCall("listxattr", path, range.address, range.length));
    },
  );
}

function remover(prefix: Prefix) {
  return syscall(
    `${prefix}removexattr`,
    "full",
    { file: file(prefix), name: path },
    (process, { file, name }) => {
      const at = readable(process, name, 1);
      return onFile(process, prefix, file, "change", (path) => hostCall("removexattr", path, at));
    },
  );
}

/** setxattr(2) */
export const setxattr = setter("");
/** lsetxattr(2) */
export const lsetxattr = setter("l");
/** fsetxattr(2) */
export const fsetxattr = setter("f");
/** getxattr(2) */
export const getxattr = getter("");
/** lgetxattr(2) */
export const lgetxattr = getter("l");
/** fgetxattr(2) */
export const fgetxattr = getter("f");
/** listxattr(2) */
export const listxattr = lister("");
/** llistxattr(2) */
export const llistxattr = lister("l");
/** flistxattr(2) */
export const flistxattr = lister("f");
/** removexattr(2) */
export const removexattr = remover("");
/** lremovexattr(2) */
export const lremovexattr = remover("l");
/** fremovexattr(2) */
export const fremovexattr = remover("f");

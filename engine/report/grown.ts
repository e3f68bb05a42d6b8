/** An array with room for more: itself, or a copy that is at least twice as long. */
export function grown<T extends Int32Array | Float64Array | Uint8Array>(array: T, length: number): T {
  if (length <= array.length) return array;
  const more = new (array.constructor as new (length: number) => T)(Math.max(length, 2 * array.length));
  more.set(array);
  return more;
}

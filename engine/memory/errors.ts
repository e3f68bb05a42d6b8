/** An access to guest memory that is not mapped, or not with the permission it needs. */
export class GuestMemoryError extends Error {
  /** The class's name. */
  override readonly name = "GuestMemoryError";
  /** The first guest address that could not be accessed. */
  readonly address: bigint;
  /** What was tried: `"read"` or `"write"`. */
  readonly access: "read" | "write";

  /** Makes the error for the first address at fault. */
  constructor(address: bigint, access: "read" | "write") {
    super(`Cannot ${access} guest memory: address 0x${address.toString(16)} is not mapped`);
    this.address = address;
    this.access = access;
  }
}

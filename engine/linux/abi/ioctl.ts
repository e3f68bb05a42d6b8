/**
 * Requests of ioctl(2) that files of the guest answer: number, and what the argument is. Facts of `<asm/ioctls.h>`,
 * `<linux/fs.h>` and `<linux/sockios.h>`; see ioctl_list(2), ioctl_tty(2).
 *
 * Only requests whose argument holds no pointers of its own are here.
 */

/** What an argument is: a number, or a pointer to as many bytes that the request reads or fills. */
export interface IoctlRequest {
  readonly number: number;
  /** Bytes behind the pointer; 0 if the argument is a number or nothing. */
  readonly bytes: number;
  /** Whether the request fills them. */
  readonly fills: boolean;
}

function value(number: number): IoctlRequest {
  return { number, bytes: 0, fills: false };
}

function reads(number: number, bytes: number): IoctlRequest {
  return { number, bytes, fills: false };
}

function fills(number: number, bytes: number): IoctlRequest {
  return { number, bytes, fills: true };
}

const [TERMIOS, TERMIO, TERMIOS2, WINSIZE, IFREQ] = [36, 18, 44, 8, 40];

/** The requests by name. */
export const IOCTL = {
  TCGETS: fills(0x5401, TERMIOS),
  TCSETS: reads(0x5402, TERMIOS),
  TCSETSW: reads(0x5403, TERMIOS),
  TCSETSF: reads(0x5404, TERMIOS),
  TCGETA: fills(0x5405, TERMIO),
  TCSETA: reads(0x5406, TERMIO),
  TCSETAW: reads(0x5407, TERMIO),
  TCSETAF: reads(0x5408, TERMIO),
  TCSBRK: value(0x5409),
  TCXONC: value(0x540a),
  TCFLSH: value(0x540b),
  TIOCEXCL: value(0x540c),
  TIOCNXCL: value(0x540d),
  TIOCSCTTY: value(0x540e),
  TIOCGPGRP: fills(0x540f, 4),
  TIOCSPGRP: reads(0x5410, 4),
  TIOCOUTQ: fills(0x5411, 4),
  TIOCGWINSZ: fills(0x5413, WINSIZE),
  TIOCSWINSZ: reads(0x5414, WINSIZE),
  TIOCMGET: fills(0x5415, 4),
  TIOCMBIS: reads(0x5416, 4),
  TIOCMBIC: reads(0x5417, 4),
  TIOCMSET: reads(0x5418, 4),
  FIONREAD: fills(0x541b, 4),
  TIOCPKT: reads(0x5420, 4),
  FIONBIO: reads(0x5421, 4),
  TIOCNOTTY: value(0x5422),
  TIOCSETD: reads(0x5423, 4),
  TIOCGETD: fills(0x5424, 4),
  TCSBRKP: value(0x5425),
  TIOCSBRK: value(0x5427),
  TIOCCBRK: value(0x5428),
  TIOCGSID: fills(0x5429, 4),
  TCGETS2: fills(0x802c542a, TERMIOS2),
  TCSETS2: reads(0x402c542b, TERMIOS2),
  TCSETSW2: reads(0x402c542c, TERMIOS2),
  TCSETSF2: reads(0x402c542d, TERMIOS2),
  TIOCGPTN: fills(0x80045430, 4),
  TIOCSPTLCK: reads(0x40045431, 4),
  TIOCGPKT: fills(0x80045438, 4),
  TIOCGPTLCK: fills(0x80045439, 4),
  TIOCGPTPEER: value(0x5441),
  FIONCLEX: value(0x5450),
  FIOCLEX: value(0x5451),
  FIOASYNC: reads(0x5452, 4),
  FIOQSIZE: fills(0x5460, 8),
  SIOCOUTQNSD: fills(0x894b, 4),
  SIOCATMARK: fills(0x8905, 4),
  SIOCGIFNAME: fills(0x8910, IFREQ),
  SIOCGIFFLAGS: fills(0x8913, IFREQ),
  SIOCGIFADDR: fills(0x8915, IFREQ),
  SIOCGIFDSTADDR: fills(0x8917, IFREQ),
  SIOCGIFBRDADDR: fills(0x8919, IFREQ),
  SIOCGIFNETMASK: fills(0x891b, IFREQ),
  SIOCGIFMTU: fills(0x8921, IFREQ),
  SIOCGIFHWADDR: fills(0x8927, IFREQ),
  SIOCGIFINDEX: fills(0x8933, IFREQ),
  FIGETBSZ: fills(2, 4),
  FICLONE: value(0x40049409),
  FS_IOC_GETFLAGS: fills(0x80086601, 8),
  FS_IOC_SETFLAGS: reads(0x40086602, 8),
  FS_IOC_GETVERSION: fills(0x80087601, 8),
  FS_IOC_FSGETXATTR: fills(0x801c581f, 28),
  FS_IOC_FSSETXATTR: reads(0x401c5820, 28),
  BLKROGET: fills(0x125e, 4),
  BLKGETSIZE: fills(0x1260, 8),
  BLKSSZGET: fills(0x1268, 4),
  BLKGETSIZE64: fills(0x80081272, 8),
  RNDGETENTCNT: fills(0x80045200, 4),
} as const satisfies Record<string, IoctlRequest>;

/** A table that is shown again and again while the guest runs. */

import type { Session } from "./session.ts";

const REPAINT_MILLISECONDS = 250;
/** Rows that are left for the line below. */
const MARGIN = 2;

/**
 * Lets the guest go on and shows lines until it stops. If it ran already, Ctrl-C ends the view alone; else it stops the
 * guest.
 *
 * @param lines The table as it is now. The last one is shown again if it is another than what was shown.
 */
export async function liveView(session: Session, lines: () => readonly string[]): Promise<void> {
  const { out } = session;
  const ranBefore = session.isRunning;
  let isLeft = false;
  if (!ranBefore) {
    await session.run(() => session.control.continue(), true);
    session.requireForeground();
  }
  const left = new Promise<void>((resolve) => {
    if (ranBefore) session.leaveView = resolve;
    void session.settled().then(resolve);
  }).then(() => void (isLeft = true));
  const shown = () => lines().slice(0, Math.max(1, out.height - MARGIN));
  let painted = "";
  try {
    while (!isLeft) {
      const now = shown();
      painted = now.join("\n");
      out.repaint(now);
      await Promise.race([left, new Promise((resolve) => setTimeout(resolve, REPAINT_MILLISECONDS))]);
    }
  } finally {
    session.leaveView = undefined;
  }
  const last = shown();
  if (last.join("\n") === painted) return;
  out.freshLine();
  out.print(last);
}

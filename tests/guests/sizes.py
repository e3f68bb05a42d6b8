# Allocates until SIGUSR1: 600 to 1200 bytes a round. Says how many rounds that were, and how many bytes.
import signal

stop = False


def finish(signum, frame):
    global stop
    stop = True


signal.signal(signal.SIGUSR1, finish)
rounds = total = 0
while not stop:
    total += len(bytearray(rounds % 7 * 100 + 600))
    rounds += 1
print(f"{rounds} rounds, {total} bytes")

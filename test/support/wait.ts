// Waiting in tests: for a condition, with a deadline that names it. Never for a time.

/** @throws Error that names the condition, when it doesn't hold within the deadline */
export async function waitUntil(
  condition: string,
  holds: () => boolean | Promise<boolean>,
  deadlineMs = 10_000,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited ${deadlineMs} ms in vain until ${condition}.`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

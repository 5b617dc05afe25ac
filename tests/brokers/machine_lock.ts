/**
 * Waits until no other test uses the machine's own RabbitMQ and NATS, and keeps others waiting until the
 * result is disposed of. Two whole systems on the same brokers would answer one another's requests and
 * find one another's servers; processes are kept apart as well as threads.
 */
export async function lockMachineBrokers(): Promise<AsyncDisposable> {
  const folder = Deno.env.get("TMPDIR") ?? "/tmp";
  const file = await Deno.open(`${folder}/tanks-blitz-brokers.lock`, { create: true, write: true });
  await file.lock(true);
  return {
    [Symbol.asyncDispose]: async (): Promise<void> => {
      await file.unlock();
      file.close();
    },
  };
}

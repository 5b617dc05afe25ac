import { assert, assertEquals } from "@std/assert";
import { ManualClock } from "../../core/manual_clock.ts";
import { INPUT_LOST_MS, InputSchedule } from "./input_schedule.ts";
import { ValueHistogram } from "./value_histogram.ts";

/** A player on a server that applies what it has, and which a test can have stand still. */
class Play {
  readonly clock = new ManualClock();
  readonly latencies = new ValueHistogram();
  readonly schedule: InputSchedule;
  due = 0;
  lost = 0;
  unsettled = 0;
  isServerStill = false;
  #seq = 0;

  constructor(periodMs: number) {
    this.schedule = new InputSchedule(0, {
      periodMs,
      outcomes: {
        onDue: (count) => this.due += count,
        onApplied: (ms) => void this.latencies.record(ms),
        onLost: (ms) => {
          this.lost++;
          this.latencies.record(ms);
        },
        onUnsettled: (count) => this.unsettled += count,
      },
    });
  }

  /** Gives inputs and sees states for so long; each state comes 5 ms after its input. */
  async run(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 5) {
      if (!this.isServerStill) this.schedule.onApplied(this.#seq, this.clock.monotonicMs());
      if (this.schedule.takeDue(this.clock.monotonicMs())) this.schedule.onNumbered(++this.#seq);
      await this.clock.advance(5);
    }
  }
}

Deno.test("InputSchedule counts each input from when it was due, while the server stands still", async () => {
  const play = new Play(100);
  await play.run(10_000);
  assertEquals([play.latencies.at(99), play.latencies.max], [5, 5]);
  play.isServerStill = true;
  await play.run(2_000);
  play.isServerStill = false;
  await play.run(3_000);
  // Of some 150 inputs 20 waited: the 99th percentile shows it, though a single reply was late.
  assert(play.latencies.at(99) > 1_800, `${play.latencies.at(99)}`);
  assertEquals(play.latencies.at(50), 5);
  assertEquals([play.latencies.count, play.lost], [150, 0]);
});

Deno.test("InputSchedule counts the inputs that were due while the load generator stood still", async () => {
  const play = new Play(100);
  await play.run(10_000);
  // Nothing runs for two seconds, as where this process has no processor.
  await play.clock.advance(2_000);
  await play.run(3_000);
  assertEquals([play.due, play.latencies.count], [150, 150]);
  assert(play.latencies.at(99) > 1_800, `${play.latencies.at(99)}`);
});

Deno.test("InputSchedule gives up an input after a while, and counts how long it was waited for", async () => {
  const play = new Play(1_000);
  play.isServerStill = true;
  await play.run(8_000);
  assertEquals(play.lost, 3);
  assertEquals(play.latencies.max, INPUT_LOST_MS);
  play.schedule.finish(play.clock.monotonicMs());
  // The last was due a second ago, and had the time.
  assertEquals([play.due, play.lost, play.unsettled], [8, 8, 0]);
});

Deno.test("InputSchedule says nothing of inputs that are too new at the end", async () => {
  const play = new Play(100);
  await play.run(1_000);
  play.isServerStill = true;
  await play.run(500);
  play.schedule.finish(play.clock.monotonicMs());
  assertEquals([play.due, play.latencies.count, play.lost, play.unsettled], [15, 10, 0, 5]);
});

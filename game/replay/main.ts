import { runReplayProgram } from "./replay_program.ts";

Deno.exitCode = await runReplayProgram(Deno.args, Deno.env);

/// <reference lib="deno.worker" />
// The thread of one replay: it is played here, and not where WebSockets are served.
import { type Film, type FilmRequest, makeFilm } from "./replay_film.ts";

globalThis.addEventListener("message", (event: MessageEvent<FilmRequest>) => {
  // A rejection is told to whoever has started the worker.
  void makeFilm(event.data).then((film) => {
    const transfer = film.kind === "made" ? [film.bytes.buffer] : [];
    self.postMessage(film satisfies Film, { transfer });
  });
});

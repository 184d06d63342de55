// The sound of the clip, from any moment to any moment.

/** Plays one file; `moved(time)` is called while it plays, `ended()` once when it stops of whatever cause. */
export class Player {
  constructor(moved, ended) {
    this.moved = moved;
    this.ended = ended;
    this.audio = null;
    this.frame = 0;
    this.looping = false;
  }

  get playing() {
    return this.frame !== 0;
  }

  /** Whether a stretch that was played to its end begins anew. */
  loop(looping) {
    this.looping = looping;
  }

  /** The file to play (an address, or null for none). */
  load(url) {
    if (this.url === url) return;
    this.stop();
    this.url = url;
    this.audio?.removeAttribute("src");
    this.audio = url ? new Audio(url) : null;
  }

  async play(from, to = Infinity) {
    if (!this.audio) return;
    if (this.playing) cancelAnimationFrame(this.frame);
    const { audio } = this;
    this.frame = requestAnimationFrame(() => this.#follow(from, to));
    try {
      audio.currentTime = from;
      await audio.play();
    } catch (error) {
      if (error.name !== "AbortError") this.stop(); // a file that is gone, or a browser that wants a click first
    }
  }

  stop() {
    if (!this.playing) return;
    cancelAnimationFrame(this.frame);
    this.frame = 0;
    this.audio?.pause();
    this.ended();
  }

  #follow(from, to) {
    const { audio } = this;
    const over = audio.ended || audio.currentTime >= to;
    if (this.looping && over) return this.play(from, to);
    if (over || audio.paused) return this.stop(); // a keyboard's media keys pause too
    this.moved(audio.currentTime);
    this.frame = requestAnimationFrame(() => this.#follow(from, to));
  }
}

/** Lets a number of things be under way at a time; the next one waits for any of them to end. */
export class Window {
  private readonly waiting: (() => void)[] = [];
  private underWay = 0;

  constructor(private readonly most: number) {}

  /** Waits for room. */
  async enter(): Promise<void> {
    if (this.underWay >= this.most) await new Promise<void>((go) => this.waiting.push(go));
    else this.underWay++;
  }

  /** Gives its room to the one that waits longest. */
  leave(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.underWay--;
  }
}

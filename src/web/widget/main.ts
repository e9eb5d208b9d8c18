// <afterword-feedback message-id="…">: like, dislike, comment and reasons, in a page of any application.
// Attributes: message-id; server (where Afterword is, if the script came from elsewhere); token (a bearer token of the
// person who gives the feedback, where the server asks for one); tags (keys of reasons, separated by commas).
// It fires `afterword-feedback` with what was given.
import { askAt, type Place } from './client.ts';
import { GiveRatingDocument, GiveWordsDocument, MyFeedbackDocument } from './operations.ts';
import { style } from './style.ts';
import { createView, type Given, type View } from './view.ts';

const tagsByRating = {
  LIKE: ['correct', 'helpful', 'clear', 'complete'],
  DISLIKE: ['incorrect', 'unhelpful', 'unclear', 'too_long', 'off_topic'],
};
const nothing: Given = { rating: null, comment: '', tags: [] };

const sheet: CSSStyleSheet = new CSSStyleSheet();
sheet.replaceSync(style);

class AfterwordFeedback extends HTMLElement {
  static readonly observedAttributes: string[] = ['message-id', 'server', 'token', 'tags'];
  readonly #view: View;
  #given: Given = nothing;
  #asked = 0;

  constructor() {
    super();
    this.#view = createView({
      onRate: (rating) => void this.#rate(rating),
      onSave: (words) => void this.#save(words),
    });
    const root = this.attachShadow({ mode: 'open' });
    // Unlike a style element, it is not for the page's policy to forbid.
    root.adoptedStyleSheets = [sheet];
    root.append(...this.#view.elements);
  }

  attributeChangedCallback(): void {
    void this.#read();
  }

  get #place(): Place {
    const server = this.getAttribute('server') ?? new URL(import.meta.url).origin;
    return { server: server.replace(/\/+$/, ''), token: this.getAttribute('token') ?? undefined };
  }

  get #messageId(): string {
    return this.getAttribute('message-id') ?? '';
  }

  get #tags(): readonly string[] {
    const given = this.getAttribute('tags');
    if (given !== null)
      return given
        .split(',')
        .map((tag) => tag.trim())
        .filter((tag) => tag !== '');
    return tagsByRating[this.#given.rating ?? 'DISLIKE'];
  }

  #show(given: Given): void {
    this.#given = given;
    this.#view.show(given, this.#tags);
  }

  /** Attributes change one by one: only the answer to the last question counts. */
  async #read(): Promise<void> {
    this.#asked += 1;
    const asked = this.#asked;
    this.#show(nothing);
    if (this.#messageId === '') return;
    await Promise.resolve();
    if (asked !== this.#asked) return;
    await this.#attempt(async () => {
      const { message } = await askAt(this.#place, MyFeedbackDocument, { messageId: this.#messageId });
      if (asked !== this.#asked) return;
      if (message === null) throw new Error('This reply is not known to the server.');
      const { rating = null, comment = null, tags = [] } = message.myFeedback ?? {};
      this.#show({ rating, comment: comment ?? '', tags });
      this.#view.say('');
    });
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const reason =
        error instanceof TypeError ? 'The server could not be reached.' : String((error as Error).message);
      this.#view.say(`${reason} Try again.`, true);
    }
  }

  #tell(): void {
    const detail = { messageId: this.#messageId, ...this.#given };
    this.dispatchEvent(new CustomEvent('afterword-feedback', { detail, bubbles: true, composed: true }));
  }

  async #rate(chosen: 'LIKE' | 'DISLIKE'): Promise<void> {
    const rating = chosen === this.#given.rating ? null : chosen;
    await this.#attempt(async () => {
      await askAt(this.#place, GiveRatingDocument, { input: { messageId: this.#messageId, rating } });
      this.#show({ ...this.#given, rating });
      this.#view.say(rating === null ? 'Taken back.' : 'Thank you.');
      if (rating === 'DISLIKE') this.#view.openForm();
      this.#tell();
    });
  }

  async #save({ comment, tags }: { comment: string; tags: readonly string[] }): Promise<void> {
    await this.#attempt(async () => {
      const input = { messageId: this.#messageId, comment: comment.trim() || null, tags: [...tags] };
      await askAt(this.#place, GiveWordsDocument, { input });
      this.#show({ ...this.#given, comment: comment.trim(), tags });
      this.#view.closeForm();
      this.#view.say('Thank you.');
      this.#tell();
    });
  }
}

if (customElements.get('afterword-feedback') === undefined) {
  customElements.define('afterword-feedback', AfterwordFeedback);
}

// The element <afterword-feedback message-id="…">: like, dislike, comment and tags, on a page of any application.
// Attributes: `message-id`; `server` (address of Afterword, if the script came from elsewhere); `token` (bearer token of
// the user, if the server requires one); `tags` (keys to offer, separated by commas). Each change fires
// `afterword-feedback`, with the message id and the feedback as its detail.
import { type Endpoint, requestFrom } from './client.ts';
import { MyFeedbackDocument, RateMessageDocument, SubmitFeedbackDocument } from './operations.ts';
import { style } from './style.ts';
import { createView, type Feedback, type FeedbackText, type Rating, type View } from './view.ts';

const defaultTags: Readonly<Record<Rating, readonly string[]>> = {
  LIKE: ['correct', 'helpful', 'clear', 'complete'],
  DISLIKE: ['incorrect', 'unhelpful', 'unclear', 'too_long', 'off_topic'],
};
const noFeedback: Feedback = { rating: null, comment: '', tags: [] };

function describeError(error: unknown): string {
  if (error instanceof TypeError) return 'The server could not be reached.';
  return error instanceof Error ? error.message : String(error);
}

const sheet: CSSStyleSheet = new CSSStyleSheet();
sheet.replaceSync(style);

class AfterwordFeedback extends HTMLElement {
  static readonly observedAttributes: string[] = ['message-id', 'server', 'token', 'tags'];
  readonly #view: View;
  #feedback: Feedback = noFeedback;
  #newestRead = 0;

  constructor() {
    super();
    this.#view = createView({
      onRate: (rating) => void this.#rate(rating),
      onSave: (text) => void this.#save(text),
    });
    const root = this.attachShadow({ mode: 'open' });
    // The page's Content-Security-Policy can forbid a style element, but not this.
    root.adoptedStyleSheets = [sheet];
    root.append(...this.#view.elements);
  }

  attributeChangedCallback(): void {
    void this.#read();
  }

  get #endpoint(): Endpoint {
    const server = this.getAttribute('server') ?? new URL(import.meta.url).origin;
    return { server: server.replace(/\/+$/, ''), token: this.getAttribute('token') ?? undefined };
  }

  get #messageId(): string {
    return this.getAttribute('message-id') ?? '';
  }

  get #tags(): readonly string[] {
    const attribute = this.getAttribute('tags');
    if (attribute === null) return defaultTags[this.#feedback.rating ?? 'DISLIKE'];
    return attribute
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag !== '');
  }

  #show(feedback: Feedback): void {
    this.#feedback = feedback;
    this.#view.show(feedback, this.#tags);
  }

  /** Attributes change one by one, and each change starts a read: only the answer to the newest one is shown. */
  async #read(): Promise<void> {
    this.#newestRead += 1;
    const read = this.#newestRead;
    this.#show(noFeedback);
    if (this.#messageId === '') return;
    await Promise.resolve();
    if (read !== this.#newestRead) return;
    await this.#attempt(async () => {
      const { message } = await requestFrom(this.#endpoint, MyFeedbackDocument, {
        messageId: this.#messageId,
      });
      if (read !== this.#newestRead) return;
      if (message === null) throw new Error('The server has no such reply.');
      const { rating = null, comment = null, tags = [] } = message.myFeedback ?? {};
      this.#show({ rating, comment: comment ?? '', tags });
      this.#view.showStatus('');
    });
  }

  async #attempt(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      this.#view.showStatus(`${describeError(error)} Try again.`, true);
    }
  }

  #fireEvent(): void {
    const detail = { messageId: this.#messageId, ...this.#feedback };
    this.dispatchEvent(new CustomEvent('afterword-feedback', { detail, bubbles: true, composed: true }));
  }

  async #rate(chosen: Rating): Promise<void> {
    const rating = chosen === this.#feedback.rating ? null : chosen;
    await this.#attempt(async () => {
      await requestFrom(this.#endpoint, RateMessageDocument, {
        input: { messageId: this.#messageId, rating },
      });
      this.#show({ ...this.#feedback, rating });
      this.#view.showStatus(rating === null ? 'Rating withdrawn.' : 'Thank you.');
      if (rating === 'DISLIKE') this.#view.openForm();
      this.#fireEvent();
    });
  }

  async #save({ comment, tags }: FeedbackText): Promise<void> {
    await this.#attempt(async () => {
      const input = { messageId: this.#messageId, comment: comment.trim() || null, tags: [...tags] };
      await requestFrom(this.#endpoint, SubmitFeedbackDocument, { input });
      this.#show({ ...this.#feedback, comment: comment.trim(), tags });
      this.#view.closeForm();
      this.#view.showStatus('Thank you. Your feedback was saved.');
      this.#fireEvent();
    });
  }
}

if (customElements.get('afterword-feedback') === undefined) {
  customElements.define('afterword-feedback', AfterwordFeedback);
}

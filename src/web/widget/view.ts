// The DOM elements of the widget. They show feedback and report what the user does; they send nothing themselves.
import { tagLabel } from '../ui/tag-label.ts';

export type Rating = 'LIKE' | 'DISLIKE';
export type FeedbackText = { comment: string; tags: readonly string[] };
export type Feedback = FeedbackText & { rating: Rating | null };

const drawings = {
  like: 'M7 10v11M3.5 10H7l4-7.2c1.6 0 2.6 1.3 2.3 2.9L12.6 9H19a2 2 0 0 1 2 2.4l-1.5 8A2 2 0 0 1 17.500 21H3.500z',
  dislike:
    'M17 14V3M20.500 14H17l-4 7.2c-1.6 0-2.6-1.3-2.3-2.9l.7-3.3H5a2 2 0 0 1-2-2.4l1.5-8A2 2 0 0 1 6.500 3h14z',
  comment: 'M21 15a2 2 0 0 1-2 2H8l-4.500 4V5a2 2 0 0 1 2-2H19a2 2 0 0 1 2 2zM8 8h8M8 12h5',
};

function create<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  attributes: Record<string, string> = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

function draw(kind: keyof typeof drawings): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', drawings[kind]);
  svg.append(path);
  return svg;
}

export type View = {
  elements: readonly Node[];
  /** @param tags keys to offer beside those of the feedback */
  show(feedback: Feedback, tags: readonly string[]): void;
  openForm(): void;
  closeForm(): void;
  showStatus(text: string, isFailure?: boolean): void;
};

export type Handlers = {
  onRate(rating: Rating): void;
  onSave(text: FeedbackText): void;
};

const icon = (kind: keyof typeof drawings, label: string) =>
  create(
    'button',
    { type: 'button', class: kind, 'aria-label': label, title: label, 'aria-pressed': 'false' },
    draw(kind),
  );

export function createView({ onRate, onSave }: Handlers): View {
  const like = icon('like', 'Like');
  const dislike = icon('dislike', 'Dislike');
  const toggle = icon('comment', 'Comment');
  const row = create(
    'div',
    { class: 'row', role: 'group', 'aria-label': 'Feedback on this reply' },
    like,
    dislike,
    toggle,
  );
  const tagField = create('fieldset', { 'aria-label': 'Reasons' });
  const comment = create('textarea', {
    'aria-label': 'Comment',
    placeholder: 'What was good or bad about it?',
  });
  const save = create('button', { type: 'submit', class: 'save' }, 'Send');
  const form = create('form', { hidden: '' }, tagField, comment, save);
  const status = create('p', { class: 'status', role: 'status' });

  const press = (button: Element, isPressed: boolean) =>
    button.setAttribute('aria-pressed', String(isPressed));
  const isPressed = (button: Element) => button.getAttribute('aria-pressed') === 'true';
  const toggleForm = (isOpen: boolean) => {
    form.hidden = !isOpen;
    toggle.setAttribute('aria-expanded', String(isOpen));
  };
  const createTag = (key: string, isRecorded: boolean) => {
    const button = create(
      'button',
      { type: 'button', class: 'tag', 'data-key': key, 'aria-pressed': String(isRecorded) },
      tagLabel(key),
    );
    button.addEventListener('click', () => press(button, !isPressed(button)));
    return button;
  };

  toggle.removeAttribute('aria-pressed');
  toggleForm(false);
  like.addEventListener('click', () => onRate('LIKE'));
  dislike.addEventListener('click', () => onRate('DISLIKE'));
  toggle.addEventListener('click', () => toggleForm(form.hidden !== false));
  form.addEventListener('keydown', (event) => event.key === 'Escape' && toggleForm(false));
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const tags = [...tagField.children].filter(isPressed).map((tag) => tag.getAttribute('data-key') ?? '');
    onSave({ comment: comment.value, tags });
  });

  return {
    elements: [row, form, status],
    show(feedback, tags) {
      press(like, feedback.rating === 'LIKE');
      press(dislike, feedback.rating === 'DISLIKE');
      comment.value = feedback.comment;
      const keys = [...new Set([...tags, ...feedback.tags])];
      tagField.replaceChildren(...keys.map((key) => createTag(key, feedback.tags.includes(key))));
    },
    openForm: () => toggleForm(true),
    closeForm: () => toggleForm(false),
    showStatus(text, isFailure = false) {
      status.textContent = text;
      status.classList.toggle('failed', isFailure);
    },
  };
}

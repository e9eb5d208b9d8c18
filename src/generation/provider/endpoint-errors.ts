// Says what went wrong with the model endpoint: the one place that words those failures. Each sentence names
// the endpoint and the model and says what to do; none shows the API key, even where the endpoint echoed it.
import { AppError } from '../../errors.ts';
import { type BodyFailure, cleanText, errorMessageOf } from './openai-stream.ts';

const maxQuoteLength = 300;

/** The connection went away in the middle of an answer. */
export class ConnectionLost extends AppError {}

export type EndpointFailures = {
  /** It answered with a status that is not a success; `body` is the start of what it said. */
  refused(answer: { status: number; headers: Headers }, body: string): AppError;
  unreachable(reason: string): AppError;
  /** It had not begun its answer in time; `earlier` is why an attempt before that failed, if one did. */
  timedOut(timeoutMs: number, earlier: AppError | undefined): AppError;
  idleTimeout(idleTimeoutMs: number): AppError;
  connectionLost(): ConnectionLost;
  notACompletion(contentType: string): AppError;
  reportedInBody(failure: BodyFailure): AppError;
};

/** What no sentence may show: the key, and what the URL carries in its password or its query. */
function secretsOf(url: URL | null, apiKey: string | undefined): string[] {
  const secrets = [apiKey ?? '', url?.password ?? '', ...(url?.searchParams.values() ?? [])];
  return secrets.filter((secret) => secret !== '');
}

function parsedOrText(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}

function adviceFor(status: number, hasKey: boolean): string {
  if (status === 401) {
    return hasKey ? 'Check MODEL_API_KEY.' : 'It wants a key: set MODEL_API_KEY.';
  }
  if (status === 403) return 'Check what MODEL_API_KEY may use, and MODELS.';
  if (status === 404) return 'Check that MODELS names a model it has, and that MODEL_BASE_URL is right.';
  if (status === 405) return 'Check MODEL_BASE_URL: it usually ends with /v1.';
  if (status === 413) return 'Send a shorter message, or begin a new conversation.';
  if (status === 429) return 'Wait before you ask again, or raise the quota there.';
  if (status >= 500) return 'Ask again later; the cause is in its own log.';
  return 'Change the message or its parameters as it says.';
}

/** Builds the failures of one request, for an endpoint and a model. */
export function describeFailures(
  endpoint: { baseUrl: string; apiKey: string | undefined },
  model: string,
): EndpointFailures {
  const url = URL.parse(endpoint.baseUrl);
  const secrets = secretsOf(url, endpoint.apiKey);
  const name = `The model endpoint ${url === null ? '' : url.origin + url.pathname.replace(/\/$/, '')}`;
  const asked = `asked for ${JSON.stringify(cleanText(model))}`;
  const quote = (text: string): string => {
    // Secrets go before the text is cut, or a part of one could stay at the end.
    const shown = secrets.reduce((rest, secret) => rest.replaceAll(secret, '(secret)'), text);
    const line = cleanText(shown).replace(/\s+/g, ' ').trim();
    return line.length > maxQuoteLength ? `${line.slice(0, maxQuoteLength - 1).toWellFormed()}…` : line;
  };
  const sentence = (happened: string, advice: string) => `${name}, ${asked}, ${happened}. ${advice}`;
  const failure = (happened: string, advice: string): AppError =>
    new AppError('UPSTREAM_FAILED', sentence(happened, advice));
  const redirected = (status: number, location: string): AppError => {
    const target = URL.parse(location, endpoint.baseUrl);
    const place = target === null ? '' : ` to ${quote(target.origin + target.pathname)}`;
    const advice =
      'That is not followed, since it could take the key and the conversation elsewhere: set MODEL_BASE_URL.';
    return failure(`answered with HTTP ${status}, a redirect${place}`, advice);
  };
  const again = 'The text up to there is kept; ask again for a whole reply.';
  return {
    refused({ status, headers }, body) {
      const location = headers.get('location');
      if (status < 400 && location !== null) return redirected(status, location);
      const words = quote(errorMessageOf(parsedOrText(body)) ?? body);
      const said = words === '' ? '' : `: ${words.replace(/\.$/, '')}`;
      return failure(`answered with HTTP ${status}${said}`, adviceFor(status, endpoint.apiKey !== undefined));
    },
    unreachable: (reason) =>
      failure(`could not be reached: ${quote(reason)}`, 'Check that it runs, and MODEL_BASE_URL.'),
    timedOut: (timeoutMs, earlier) =>
      earlier ??
      failure(
        `did not begin its answer within ${timeoutMs} ms`,
        'Ask again when it is less busy, or raise MODEL_TIMEOUT_MS.',
      ),
    idleTimeout: (idleTimeoutMs) =>
      failure(
        `fell silent for ${idleTimeoutMs} ms`,
        `${again} If it is only slow, raise MODEL_IDLE_TIMEOUT_MS.`,
      ),
    connectionLost: () =>
      new ConnectionLost(
        'UPSTREAM_FAILED',
        sentence('ended the connection in the middle of its answer', again),
      ),
    notACompletion: (contentType) =>
      failure(
        `answered with ${quote(contentType)} instead of an event stream`,
        'Check MODEL_BASE_URL: it usually ends with /v1.',
      ),
    reportedInBody: ({ happened, quoted }) =>
      failure(quoted === undefined ? happened : `${happened}: ${quote(quoted).replace(/\.$/, '')}`, again),
  };
}

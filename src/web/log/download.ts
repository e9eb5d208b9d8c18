// A file that is asked for with the token of this tab: a link alone could not carry it.
import { authorization } from '../api/token.ts';

/** @throws Error with what the server says */
export async function download(address: string, name: string): Promise<void> {
  const response = await fetch(address, { headers: authorization() });
  if (!response.ok) {
    const { errors }: { errors?: { message: string }[] } = await response.json();
    throw new Error(errors?.[0]?.message ?? `The server answered with status ${response.status}.`);
  }
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  URL.revokeObjectURL(url);
}

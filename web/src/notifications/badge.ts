import { computed, effect } from '@preact/signals';
import { unreadTotal } from '../conversations/conversations.ts';
import { instance, phase } from '../session/session.ts';

// How much is unread, in the title, on the icon of the tab, and on that of an installed page.

const kSize = 64;
const kRadius = 22;
const kPause = 250; // what comes and is read at once, as in the open conversation, is not worth a picture
const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
const plain = icon?.href ?? '';
const picture = new Image();
let drawn = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

const name = computed(() => instance.value?.name || 'Rookery');
const count = computed(() => (phase.value === 'signed-in' ? unreadTotal.value : 0));

effect(() => {
  void [name.value, count.value];
  if (timer === undefined) timer = setTimeout(show, kPause);
});

function show(): void {
  timer = undefined;
  const unread = count.peek();
  document.title = unread > 0 ? `(${unread}) ${name.peek()}` : name.peek();
  void mark(unread);
}

async function mark(unread: number): Promise<void> {
  if (unread === drawn || !icon) return;
  drawn = unread;
  const app = navigator as Partial<Pick<Navigator, 'setAppBadge' | 'clearAppBadge'>>;
  void (unread > 0 ? app.setAppBadge?.(unread) : app.clearAppBadge?.())?.catch(() => undefined);
  if (unread === 0) {
    icon.href = plain;
    return;
  }
  picture.src = plain;
  await picture.decode().catch(() => undefined); // without the picture the number alone
  if (unread === drawn) icon.href = withNumber(unread > 99 ? '99+' : String(unread));
}

function withNumber(text: string): string {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = kSize;
  const pen = canvas.getContext('2d');
  if (!pen) return plain;
  if (picture.naturalWidth > 0) pen.drawImage(picture, 0, 0, kSize, kSize);
  const at = kSize - kRadius;
  pen.beginPath();
  pen.arc(at, at, kRadius, 0, 2 * Math.PI);
  pen.fillStyle = '#d4213d';
  pen.fill();
  pen.fillStyle = '#fff';
  pen.font = `bold ${text.length > 2 ? 20 : 30}px system-ui, sans-serif`;
  pen.textAlign = 'center';
  pen.textBaseline = 'middle';
  pen.fillText(text, at, at + 2);
  return canvas.toDataURL();
}

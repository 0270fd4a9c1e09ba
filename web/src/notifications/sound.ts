// Two soft notes, made on the spot: no file to load, and nothing is made before somebody wants to hear it.

const kNotes = [
  { at: 0, hertz: 784 },
  { at: 0.11, hertz: 1175 },
];
const kLength = 0.32;
const kLoud = 0.09;
const kPause = 1500; // a burst of messages sounds once

let context: AudioContext | undefined;
let last = Number.NEGATIVE_INFINITY;

export async function playSound(): Promise<void> {
  const now = performance.now();
  if (now - last < kPause) return;
  last = now;
  context ??= new AudioContext();
  // Browsers keep a page silent that nobody has touched yet; the sound is not worth an error then.
  if (context.state === 'suspended') await context.resume().catch(() => undefined);
  for (const { at, hertz } of kNotes) play(context, context.currentTime + at, hertz);
}

function play(audio: AudioContext, start: number, hertz: number): void {
  const tone = audio.createOscillator();
  const volume = audio.createGain();
  tone.frequency.value = hertz;
  volume.gain.setValueAtTime(0, start);
  volume.gain.linearRampToValueAtTime(kLoud, start + 0.015);
  volume.gain.exponentialRampToValueAtTime(0.0001, start + kLength);
  tone.connect(volume).connect(audio.destination);
  tone.start(start);
  tone.stop(start + kLength);
}

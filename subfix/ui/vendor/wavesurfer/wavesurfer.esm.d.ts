interface Options {
  container?: HTMLElement;
  height?: number;
  waveColor?: string;
  progressColor?: string;
  cursorColor?: string;
  cursorWidth?: number;
  minPxPerSec?: number;
  fillParent?: boolean;
  autoScroll?: boolean;
  autoCenter?: boolean;
  dragToSeek?: boolean;
  hideScrollbar?: boolean;
  normalize?: boolean;
  sampleRate?: number;
  media?: HTMLMediaElement;
  plugins?: object[];
}

/** The part of wavesurfer that the page uses. */
export default class WaveSurfer {
  static create(options: Options): WaveSurfer;
  on(event: string, listener: (...values: any[]) => void): () => void;
  setOptions(options: Options): void;
  registerPlugin<T extends object>(plugin: T): T;
  unregisterPlugin(plugin: object): void;
  load(url: string): Promise<void>;
  loadBlob(blob: Blob): Promise<void>;
  empty(): void;
  zoom(pixelsPerSecond: number): void;
  play(start?: number, end?: number): Promise<void>;
  pause(): void;
  isPlaying(): boolean;
  getDuration(): number;
  getCurrentTime(): number;
  setTime(time: number): void;
  getWrapper(): HTMLElement;
  getScroll(): number;
  setScrollTime(time: number): void;
  getWidth(): number;
  getDecodedData(): AudioBuffer | null;
}

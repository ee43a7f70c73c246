interface RegionOptions {
  id?: string;
  start: number;
  end?: number;
  color?: string;
  drag?: boolean;
  resize?: boolean;
  content?: string | HTMLElement;
}

export interface Region {
  id: string;
  start: number;
  end: number;
  element: HTMLElement | null;
  setOptions(options: Partial<RegionOptions>): void;
  remove(): void;
}

export default class RegionsPlugin {
  static create(): RegionsPlugin;
  addRegion(options: RegionOptions): Region;
  clearRegions(): void;
  getRegions(): Region[];
  enableDragSelection(options: Partial<RegionOptions>, threshold?: number): () => void;
  on(event: string, listener: (region: Region) => void): () => void;
}

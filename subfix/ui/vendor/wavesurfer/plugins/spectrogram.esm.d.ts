export default class SpectrogramPlugin {
  static create(options: {
    height?: number;
    labels?: boolean;
    labelsColor?: string;
    labelsHzColor?: string;
    labelsBackground?: string;
    frequencyMax?: number;
    fftSamples?: number;
    autoGain?: boolean;
    rangeDB?: number;
    preEmphasis?: number;
    colorMap?: string;
    useWebWorker?: boolean;
  }): SpectrogramPlugin;
  destroy(): void;
}

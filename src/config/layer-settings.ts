// Which layer's value of a setting wins, and where it came from. Pure: read-settings.ts reads the layers.
import { resolve } from 'node:path'
import { SETTINGS, type SettingName, type SettingSpec } from './setting-table.ts'

/** First wins. `running`: what a `phix up` on this data folder wrote down. */
export const LAYERS = ['flag', 'environment', 'file', 'running', 'default'] as const
export type Layer = (typeof LAYERS)[number]

/** Relative paths of a layer are relative to its own folder: a file's to the file, a flag's to where it was typed. */
export interface LayerValues {
  readonly values: Readonly<Partial<Record<SettingName, string>>>
  readonly folder: string
}

export interface Chosen {
  readonly value: string
  readonly layer: Layer
}

/** A setting that cannot be what it says. Its message names the place to mend it. */
export class SettingError extends Error {
  override readonly name: string = 'SettingError'
}

/** Answers each setting's value from the first layer that has one; null where none has. Throws SettingError. */
export function layerSettings(
  layers: Readonly<Partial<Record<Layer, LayerValues>>>,
): Readonly<Record<SettingName, Chosen | null>> {
  const chosen = SETTINGS.map((spec): [SettingName, Chosen | null] => {
    const layer = LAYERS.find((each) => layers[each]?.values[spec.name] !== undefined)
    const from = layer === undefined ? undefined : layers[layer]
    const text = from?.values[spec.name]
    if (layer === undefined || from === undefined || text === undefined) return [spec.name, null]
    return [spec.name, { value: checked(spec, text, layer, from.folder), layer }]
  })
  return Object.fromEntries(chosen) as Record<SettingName, Chosen | null>
}

function checked(spec: SettingSpec, text: string, layer: Layer, folder: string): string {
  switch (spec.kind) {
    case 'text':
      return text
    case 'path':
      return resolve(folder, text)
    case 'port':
      if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return text
      throw new SettingError(`${whereOf(spec, layer)} is \`${text}\`; it must be a port, 0 to 65535`)
    case 'choice':
      if (spec.choices?.includes(text)) return text
      throw new SettingError(`${whereOf(spec, layer)} is \`${text}\`; it must be one of ${spec.choices?.join(', ')}`)
  }
}

export function whereOf({ name, variable }: SettingSpec, layer: Layer): string {
  if (layer === 'environment') return variable
  return layer === 'file' ? `\`${name}\` in phix.config.yaml` : `the setting \`${name}\``
}

// What is shipped to deploy, held to its rules without the programs that would run it: loopback ports only, nobody is root,
// no container engine inside, nothing writable that need not be.
import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parse, parseAllDocuments } from 'yaml'
import { isSource, readSource } from '../../src/compile/read-source.ts'
import { SETTINGS } from '../../src/config/setting-table.ts'
import { readIntake } from '../../src/intake/read-intake.ts'
import { loadInventory } from '../../src/main/load-inventory.ts'

const root = join(import.meta.dirname, '../..')
const text = (path: string): string => readFileSync(join(root, path), 'utf8')

interface Service {
  readonly image: string
  readonly user?: string
  readonly ports?: readonly string[]
  readonly read_only?: boolean
  readonly privileged?: boolean
  readonly cap_drop?: readonly string[]
  readonly security_opt?: readonly string[]
  readonly network_mode?: string
  readonly networks: readonly string[]
  readonly environment?: Readonly<Record<string, string>>
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, object>>
  readonly secrets?: readonly (string | { readonly source: string; readonly target: string })[]
  readonly volumes?: readonly string[]
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>
  readonly networks: Readonly<Record<string, object>>
  readonly volumes: Readonly<Record<string, object>>
  readonly secrets: Readonly<Record<string, { readonly file: string }>>
}

describe('docker-compose.yml', () => {
  const compose = parse(text('docker-compose.yml'), { merge: true }) as Compose
  const services = Object.entries(compose.services)
  /** Their images write their configuration beside its template. */
  const writable = ['temporal', 'temporal-ui']

  test('it has every part, and each is checked for health', () => {
    expect(Object.keys(compose.services).sort()).toEqual(
      ['alertmanager', 'grafana', 'postgres', 'prometheus', 'server', 'temporal', 'temporal-ui', 'worker'].sort(),
    )
    for (const [name, { healthcheck }] of services) expect(healthcheck?.test.length, name).toBeGreaterThan(1)
  })
  test('ports are on loopback only', () => {
    const published = services.flatMap(([, { ports = [] }]) => ports)
    expect(published.length).toBeGreaterThan(3)
    expect(published.filter((port) => !/^127\.0\.0\.1:\d+:\d+$/.test(port))).toEqual([])
  })
  test('nobody sees the container engine, is privileged or shares the network of the host', () => {
    expect(text('docker-compose.yml')).not.toContain('docker.sock')
    for (const [name, { privileged, network_mode }] of services)
      expect([privileged, network_mode], name).toEqual([undefined, undefined])
  })
  test('nobody is root, has a capability or may get one', () => {
    for (const [name, { user, cap_drop, security_opt }] of services) {
      expect(user, name).toMatch(/^[1-9]\d*:[1-9]\d*$/)
      expect([cap_drop, security_opt], name).toEqual([['ALL'], ['no-new-privileges:true']])
    }
  })
  test('root file systems are read-only, but of those that say why not', () =>
    expect(services.filter(([, service]) => service.read_only !== true).map(([name]) => name)).toEqual(writable))
  test('what is named is there: networks, volumes, secrets, dependencies, mounted files', () => {
    for (const [name, { networks, volumes = [], secrets = [], depends_on = {} }] of services) {
      expect(
        networks.filter((each) => !(each in compose.networks)),
        name,
      ).toEqual([])
      expect(
        secrets.filter((each) => !((typeof each === 'string' ? each : each.source) in compose.secrets)),
        name,
      ).toEqual([])
      expect(
        Object.keys(depends_on).filter((each) => !(each in compose.services)),
        name,
      ).toEqual([])
      for (const source of volumes.map((volume) => volume.split(':')[0] ?? ''))
        expect(source.startsWith('.') ? existsSync(join(root, source)) : source in compose.volumes, source).toBe(true)
    }
  })
  test('mounted files are read-only, and no secret is written into the file', () => {
    for (const [name, { volumes = [], environment = {} }] of services) {
      expect(
        volumes.filter((volume) => volume.startsWith('.') && !volume.endsWith(':ro')),
        name,
      ).toEqual([])
      const passwords = Object.keys(environment).filter((key) => /PASS|PWD|TOKEN|SECRET/.test(key))
      expect(
        passwords.filter((key) => !key.endsWith('_FILE')),
        name,
      ).toEqual([])
    }
  })
  test('images are pinned to a version, without a digest that nobody looked up', () => {
    for (const [name, { image }] of services) {
      expect(image, name).toMatch(/:[\w.-]+$/)
      expect(image, name).not.toMatch(/:latest$|@sha256/)
    }
  })
  test('only Temporal reaches the database, and it reaches nobody outside', () => {
    const inDatabase = services.filter(([, { networks }]) => networks.includes('database')).map(([name]) => name)
    expect(inDatabase.sort()).toEqual(['postgres', 'temporal'])
    expect(compose.networks['database']).toEqual({ internal: true })
  })
  test('every variable of Phix is a setting', () =>
    expectSettings(services.flatMap(([, s]) => Object.keys(s.environment ?? {}))))
  test('Alertmanager sends to a hook that is open, with the secret that the server knows', () => {
    const source = readSource(join(root, 'deploy/intake.yaml'))
    const intake = isSource(source) ? readIntake(source) : null
    expect(intake).toMatchObject({ ok: true, settings: { alertmanager: { secrets: ['secret://file/alertmanager'] } } })
    const { server, alertmanager } = compose.services
    expect(server?.environment?.['PHIX_INTAKE_FILE']).toBe('/etc/phix/intake.yaml')
    expect(server?.volumes).toContain('./deploy/intake.yaml:/etc/phix/intake.yaml:ro')
    expect(server?.secrets).toEqual([{ source: 'alertmanager_token', target: '/data/secrets/alertmanager' }])
    expect(alertmanager?.secrets).toEqual(['alertmanager_token'])
    const { receivers } = parse(text('deploy/alertmanager/alertmanager.yml')) as { receivers: readonly object[] }
    expect(receivers).toContainEqual(
      expect.objectContaining({
        webhook_configs: [
          {
            url: 'http://server:7080/hooks/alertmanager',
            send_resolved: true,
            max_alerts: 0,
            http_config: {
              follow_redirects: false,
              authorization: { type: 'Bearer', credentials_file: '/run/secrets/alertmanager_token' },
            },
          },
        ],
      }),
    )
  })
  test('the inventory that it mounts can be used', async () =>
    expect((await loadInventory(join(root, 'deploy/inventory.yaml'))).clusters).toEqual([]))
})

describe('Dockerfile', () => {
  const lines = text('Dockerfile').split('\n')
  test('it ends as a user that is not root, with a health check and an argument array', () => {
    expect(lines).toContain('USER 10001:10001')
    expect(lines.some((line) => line.startsWith('HEALTHCHECK'))).toBe(true)
    expect(lines.filter((line) => /^(ENTRYPOINT|CMD) /.test(line)).every((line) => line.includes('['))).toBe(true)
    const lastUser = lines.findLastIndex((line) => line.startsWith('USER'))
    expect(lines.slice(lastUser).some((line) => line.startsWith('RUN'))).toBe(false)
  })
  test('it copies no secret and adds nothing from the network', () => {
    expect(lines.filter((line) => /^ADD |\.env|secret|curl|wget/i.test(line))).toEqual([])
    expect(text('.dockerignore')).toMatch(/^deploy$/m)
    expect(text('deploy/.gitignore')).toContain('secrets/')
  })
  test('every variable of Phix is a setting', () => expectSettings(text('Dockerfile').match(/PHIX_[A-Z_]+/g) ?? []))
})

describe('the manifests of Kubernetes', () => {
  const folder = 'deploy/kubernetes/base'
  const files = readdirSync(join(root, folder)).filter((name) => name !== 'kustomization.yaml')
  const manifests = files.flatMap((name) =>
    parseAllDocuments(text(join(folder, name))).map((document) => document.toJS() as Manifest),
  )
  const pods = manifests.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec.template.spec)

  test('the list of resources is what is there', () => {
    const { resources } = parse(text(join(folder, 'kustomization.yaml'))) as { resources: string[] }
    expect([...resources].sort()).toEqual([...files].sort())
  })
  test('the namespace and the pods are restricted', () => {
    const labels = manifests.find(({ kind }) => kind === 'Namespace')?.metadata.labels
    expect(labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted')
    expect(pods).toHaveLength(2)
    for (const { securityContext, containers, automountServiceAccountToken } of pods) {
      expect(securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } })
      expect(automountServiceAccountToken).toBe(false)
      for (const container of containers)
        expect(container.securityContext).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
    }
  })
  test('each container has its three probes on a port that it has', () => {
    for (const { ports, startupProbe, livenessProbe, readinessProbe } of pods.flatMap(({ containers }) => containers)) {
      const probes = [startupProbe, livenessProbe, readinessProbe].map(({ httpGet }) => httpGet)
      expect(probes.map(({ path }) => path)).toEqual(['/startupz', '/healthz', '/readyz'])
      for (const { port } of probes) expect(ports.map(({ name }) => name)).toContain(port)
    }
  })
  test('nobody may ask the Kubernetes API anything', () =>
    expect(manifests.filter(({ kind }) => /Role|Binding/.test(kind))).toEqual([]))
  test('nothing comes in or goes out but what is named', () => {
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy')
    expect(policies[0]?.spec).toEqual({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
    expect(policies.length).toBeGreaterThan(2)
  })
  test('no host path, no secret in the files, every variable of Phix is a setting', () => {
    const all = files.map((name) => text(join(folder, name))).join('\n')
    expect(all).not.toMatch(/hostPath|hostNetwork|kind: Secret\b/)
    expectSettings(all.match(/PHIX_[A-Z_]+/g) ?? [])
  })
})

function expectSettings(names: readonly string[]): void {
  const known = SETTINGS.map(({ variable }): string => variable)
  const ours = names.filter((name) => name.startsWith('PHIX_'))
  expect(ours.length).toBeGreaterThan(1)
  expect(ours.filter((name) => !known.includes(name))).toEqual([])
}

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string }
}
interface Manifest {
  readonly kind: string
  readonly metadata: { readonly labels?: Readonly<Record<string, string>> }
  readonly spec: {
    readonly template: {
      readonly spec: {
        readonly securityContext: object
        readonly automountServiceAccountToken: boolean
        readonly containers: readonly {
          readonly securityContext: object
          readonly ports: readonly { readonly name: string }[]
          readonly startupProbe: Probe
          readonly livenessProbe: Probe
          readonly readinessProbe: Probe
        }[]
      }
    }
  }
}

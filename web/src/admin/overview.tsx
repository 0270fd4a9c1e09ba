import type { AdminCount, AdminHealth, AdminStorage } from '@rookery/sdk';
import { client } from '../app/client.ts';
import { a } from '../i18n/admin.ts';
import { fullTime, number } from '../i18n/index.ts';
import { Icon } from '../ui/icon.tsx';
import { useAnswer } from './answer.ts';
import { bytes, duration, milliseconds, pace } from './figures.ts';
import { Card, Pending } from './parts.tsx';

const kEvery = 5_000;

export function Overview() {
  const health = useAnswer(() => client.rest.request('GET /api/v1/admin/health'), kEvery);
  const storage = useAnswer(() => client.rest.request('GET /api/v1/admin/storage'), 6 * kEvery);
  return (
    <>
      {health.value ? <Health of={health.value} /> : <Pending of={health} />}
      {storage.value ? <Storage of={storage.value} /> : <Pending of={storage} />}
    </>
  );
}

function Health({ of }: { of: AdminHealth }) {
  const troubles = [
    ...(of.writable ? [] : [a.diskFull]),
    ...(of.memory_short ? [a.memoryShort] : []),
    ...(of.refused > 0 ? [a.refusedSome(of.refused)] : []),
  ];
  const severe = !of.writable || of.memory_short;
  return (
    <>
      <section
        class={troubles.length === 0 ? 'admin-state' : severe ? 'admin-state admin-bad' : 'admin-state admin-warn'}
      >
        <Icon name={troubles.length === 0 ? 'check' : 'alert'} size={24} />
        <div>
          {troubles.length === 0 ? <h2>{a.allWell}</h2> : troubles.map((one) => <h2 key={one}>{one}</h2>)}
          <p title={fullTime(new Date(of.started_at))}>
            {a.version(of.version)} · {a.upSince(duration(of.uptime_s))}
          </p>
        </div>
      </section>
      <Card title={a.now}>
        <dl class="admin-tiles">
          <Tile name={a.connections} value={number(of.connections)} more={a.ofMost(number(of.connections_max))} />
          <Tile name={a.sessions} value={number(of.sessions)} more={a.connected(of.gateway_connections)} />
          <Tile name={a.pace} value={pace(of.events_per_second)} more={a.perSecond} />
          <Tile
            name={a.commits}
            value={of.commits.count > 0 ? milliseconds(of.commits.p50_ms) : '–'}
            more={a.commitsHint(milliseconds(of.commits.p99_ms))}
          />
          <Tile name={a.memory} value={bytes(of.memory_bytes)} more={a.ofMost(bytes(of.memory_bytes_max))} />
          <Tile name={a.refused} value={number(of.refused)} more={a.refusedHint} />
        </dl>
      </Card>
    </>
  );
}

function Tile({ name, value, more }: { name: string; value: string; more: string }) {
  return (
    <div class="admin-tile">
      <dt>{name}</dt>
      <dd>
        <b>{value}</b>
        <span>{more}</span>
      </dd>
    </div>
  );
}

function Storage({ of }: { of: AdminStorage }) {
  const used = of.disk_bytes - of.disk_free_bytes;
  const share = of.disk_bytes > 0 ? Math.round((used / of.disk_bytes) * 100) : 0;
  const counted = (count: AdminCount) => (count.exact ? number(count.count) : a.about(number(count.count)));
  return (
    <Card title={a.storage}>
      <div class="admin-disk">
        <meter
          min={0}
          max={100}
          high={90}
          value={share}
          aria-label={a.disk}
          aria-valuetext={a.diskFree(bytes(of.disk_free_bytes), bytes(of.disk_bytes))}
        />
        <p>
          {a.diskFree(bytes(of.disk_free_bytes), bytes(of.disk_bytes))}
          <span class="muted"> · {a.reserve(bytes(of.reserve_bytes))}</span>
        </p>
      </div>
      <dl class="admin-tiles">
        <Tile name={a.accounts} value={counted(of.users)} more="" />
        <Tile name={a.channels} value={counted(of.channels)} more="" />
        <Tile name={a.messages} value={counted(of.messages)} more="" />
      </dl>
      <table class="admin-table">
        <thead>
          <tr>
            <th scope="col">{a.what}</th>
            <th scope="col">{a.size}</th>
          </tr>
        </thead>
        <tbody>
          {of.families.map((family) => (
            <tr key={family.name}>
              <td>{a.families[family.name]}</td>
              <td>{bytes(family.bytes + family.memory_bytes)}</td>
            </tr>
          ))}
          <tr>
            <td>{a.writeAhead}</td>
            <td>{bytes(of.log_bytes)}</td>
          </tr>
        </tbody>
      </table>
    </Card>
  );
}

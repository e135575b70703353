import { type FieldValues, field, integer, string, VersionedObject, VIFBase, VIFBridge, versionedObject } from 'os-vif';

@versionedObject({ name: 'VIFVlan', namespace: 'acme', version: '1.1' })
class VIFVlan extends VIFBase {
  @field(string()) declare vifName?: string;
  @field(integer(), { since: '1.1', nullable: true }) declare vlanId?: number | null;

  constructor(values: FieldValues<VIFVlan> = {}) {
    super(values);
  }
}

const vif = new VIFVlan({ vifName: 'eth0', vlanId: 7, network: { mtu: 1450 } });
const read = VersionedObject.fromPrimitive(JSON.parse(JSON.stringify(vif)));
const bridge = VIFBridge.fromPlain({ type: 'VIFBridge', vif_name: 'tap0' });
console.log(read instanceof VIFVlan && read.equals(vif) && read.vlanId, bridge.vifName);

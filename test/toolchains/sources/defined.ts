import { defineObject, integer, string, VersionedObject, VIFBase, VIFBridge } from 'os-vif';

const VIFVlan = defineObject({
  name: 'VIFVlan',
  namespace: 'acme',
  version: '1.1',
  extends: VIFBase,
  fields: { vifName: string(), vlanId: { type: integer(), since: '1.1', nullable: true } },
});
type VIFVlan = InstanceType<typeof VIFVlan>;

const vif: VIFVlan = new VIFVlan({ vifName: 'eth0', vlanId: 7, network: { mtu: 1450 } });
const read = VersionedObject.fromPrimitive(JSON.parse(JSON.stringify(vif)));
const bridge = VIFBridge.fromPlain({ type: 'VIFBridge', vif_name: 'tap0' });
console.log(read instanceof VIFVlan && read.equals(vif) && read.vlanId, bridge.vifName);

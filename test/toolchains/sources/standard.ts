import { field, string, VIFBase, versionedObject } from 'os-vif';

@versionedObject({ name: 'VIFVlan', namespace: 'acme', version: '1.1' })
class VIFVlan extends VIFBase {
  @field(string()) vifName?: string;
}

console.log(new VIFVlan());

import type { PinnedWheel } from '../fetch/pip.ts';

/**
 * MiniStack and what it imports, every wheel by sha256. PyYAML alone holds machine code: CPython 3.11 to 3.14 on Linux and
 * macOS, x64 and arm64.
 */
export const ministackWheels: readonly PinnedWheel[] = [
  {
    name: 'ministack',
    version: '1.5.33',
    sha256: ['36f9158cbe7eb7a3f910ccf1c052c98204511164249b783682f7a96ef56b0bba'],
  },
  {
    name: 'botocore',
    version: '1.43.106',
    sha256: ['c1fb8818f9957cb5037f73db34ac1a12ba43562e31d6e7f9cb7e5fc64e1dba78'],
  },
  {
    name: 'defusedxml',
    version: '0.7.1',
    sha256: ['a352e7e428770286cc899e2542b6cdaedb2b4953ff269a210103ec58f6198a61'],
  },
  {
    name: 'graphql-core',
    version: '3.2.12',
    sha256: ['3d8f104532070485e13caa4092c1e71cda2ba6cffd96e98f285111ee10ed1e51'],
  },
  {
    name: 'h11',
    version: '0.16.0',
    sha256: ['63cf8bbe7522de3bf65932fda1d9c2772064ffb3dae62d55932da54b31cb6c86'],
  },
  {
    name: 'h2',
    version: '4.4.1',
    sha256: ['0e25f1462b23c9cb82d9eb02e28bc706dac2a68cb457c6a0d74d63c8a2a5d0e6'],
  },
  {
    name: 'hpack',
    version: '4.2.0',
    sha256: ['858ac0b02280fa582b5080d68db0899c62a80375e0e5413a74970c5e518b6986'],
  },
  {
    name: 'hypercorn',
    version: '0.18.0',
    sha256: ['225e268f2c1c2f28f6d8f6db8f40cb8c992963610c5725e13ccfcddccb24b1cd'],
  },
  {
    name: 'hyperframe',
    version: '6.1.0',
    sha256: ['b03380493a519fce58ea5af42e4a42317bf9bd425596f7a0835ffce80f1a42e5'],
  },
  {
    name: 'jmespath',
    version: '1.1.0',
    sha256: ['a5663118de4908c91729bea0acadca56526eb2698e83de10cd116ae0f4e97c64'],
  },
  {
    name: 'jsonata-python',
    version: '0.7.1',
    sha256: ['d34603578dd20add2aa0ac4562ca080d9c662f6b161298bd6254fe28247804ae'],
  },
  {
    name: 'priority',
    version: '2.0.0',
    sha256: ['6f8eefce5f3ad59baf2c080a664037bb4725cd0a790d53d59ab4059288faf6aa'],
  },
  {
    name: 'python-dateutil',
    version: '2.9.0.post0',
    sha256: ['a8b2bc7bffae282281c8140a97d3aa9c14da0b136dfe83f850eea9a5f7470427'],
  },
  {
    name: 'pyyaml',
    version: '6.0.3',
    sha256: [
      '0f29edc409a6392443abf94b9cf89ce99889a1dd5376d94316ae5145dfedd5d6',
      '10892704fc220243f5305762e276552a0395f7beb4dbf9b14ec8fd43b57f126c',
      '2283a07e2c21a2aa78d9c4442724ec1eb15f5e42a723b99cb3d822d48f5f7ad1',
      '34d5fcd24b8445fadc33f9cf348c1047101756fd760b4dacb5c3e99755703310',
      '44edc647873928551a01e7a563d7452ccdebee747728c1080d881d68af7b997e',
      '501a031947e3a9025ed4405a168e6ef5ae3126c59f90ce0cd6f2bfc477be31b7',
      '652cb6edd41e718550aad172851962662ff2681490a8a711af6a4d288dd96824',
      '7f047e29dcae44602496db43be01ad42fc6f1cc0d8cd6c83d342306c32270196',
      '8d1fab6bb153a416f9aeb4b8763bc0f22a5586065f86f7664fc23339fc1c1fac',
      '8da9669d359f02c0b91ccc01cac4a67f16afec0dac22c2ad09f46bee0697eba8',
      '9149cad251584d5fb4981be1ecde53a1ca46c891a79788c0df828d2f166bda28',
      'b8bb0864c5a28024fac8a632c443c87c5aa6f215c0b126c449ae1a150412f31d',
      'ba1cc08a7ccde2d2ec775841541641e4548226580ab850948cbfda66a1befcdc',
      'c458b6d084f9b935061bc36216e8a69a7e293a2f1e68bf956dcd9e6cbcd143f5',
      'ee2922902c45ae8ccada2c5b501ab86c36525b883eff4255313a253a3160861c',
      'fc09d0aa354569bc501d4e787133afc08552722d3ab34836a80547331bb5d4a0',
    ],
  },
  {
    name: 'six',
    version: '1.17.0',
    sha256: ['4721f391ed90541fddacab5acf947aa0d3dc7d27b2e1e8eda2be8970586c3274'],
  },
  {
    name: 'urllib3',
    version: '2.8.0',
    sha256: ['0cf3cae568d36aa9576b28dfb35f11328f1cb974ca7647d9475ebb86c75ac6e3'],
  },
  {
    name: 'wsproto',
    version: '1.3.2',
    sha256: ['61eea322cdf56e8cc904bd3ad7573359a242ba65688716b0710a5eb12beab584'],
  },
];

import '../../tests/js/net-tools.test.js';
import '../../tests/js/net-rounds.test.js';

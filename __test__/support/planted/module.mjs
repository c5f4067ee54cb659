export default () => 9;

#!/usr/bin/env python3
"""Deliveries to AWS's APIs as moto answers them, signatures verified.

    moto_test.py --binary clicklake
"""
import argparse
import http.server
import json
import os
import pathlib
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

import boto3
import botocore.auth
import botocore.awsrequest
import botocore.credentials

from lake import Lake

REGION = 'eu-west-1'
ACCOUNT = '123456789012'


def free_port():
    with socket.socket() as listener:
        listener.bind(('127.0.0.1', 0))
        return listener.getsockname()[1]


class LambdaApi:
    """The Invoke call of Lambda, signatures verified by botocore: moto would want containers to run a function in."""

    def __init__(self, key, secret):
        self.invoked = []  # (path, kind, body)
        self.refused = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers['Content-Length']))
                fields = dict(part.strip().split('=', 1) for part in
                              self.headers['Authorization'].split(' ', 1)[1].split(','))
                signed = {name: self.headers[name] for name in fields['SignedHeaders'].split(';')}
                request = botocore.awsrequest.AWSRequest('POST', f'http://{self.headers["Host"]}{self.path}', signed, body)
                request.context['timestamp'] = self.headers['X-Amz-Date']
                auth = botocore.auth.SigV4Auth(botocore.credentials.Credentials(key, secret), 'lambda', REGION)
                text = auth.string_to_sign(request, auth.canonical_request(request))
                good = auth.signature(text, request) == fields['Signature']
                if good:
                    outer.invoked.append((self.path, self.headers['X-Amz-Invocation-Type'], json.loads(body)))
                outer.refused += not good
                self.send_response(202 if good else 403)
                self.send_header('Content-Length', '0')
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f'http://127.0.0.1:{self.server.server_address[1]}'


class MotoTest(unittest.TestCase):
    binary = None

    @classmethod
    def setUpClass(cls):
        cls.port = free_port()
        cls.url = f'http://127.0.0.1:{cls.port}'
        # The first calls make the user; from then on every signature is verified, and what it may do.
        environment = {**os.environ, 'INITIAL_NO_AUTH_ACTION_COUNT': '3', 'AWS_DEFAULT_REGION': REGION}
        cls.server = subprocess.Popen([sys.executable, '-m', 'moto.server', '-H', '127.0.0.1', '-p', str(cls.port)],
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)
        for _ in range(200):
            try:
                urllib.request.urlopen(cls.url + '/moto-api/', timeout=1)
                break
            except OSError:
                time.sleep(0.1)
        iam = boto3.client('iam', endpoint_url=cls.url, region_name=REGION, aws_access_key_id='x',
                           aws_secret_access_key='y')
        iam.create_user(UserName='clicklake')
        key = iam.create_access_key(UserName='clicklake')['AccessKey']
        policy = {'Version': '2012-10-17', 'Statement': [
            {'Effect': 'Allow', 'Resource': '*',
             'Action': ['sqs:*', 'sns:*', 'events:*', 'firehose:*', 'kms:*', 's3:*', 'iam:*', 'sts:*']}]}
        iam.put_user_policy(UserName='clicklake', PolicyName='p', PolicyDocument=json.dumps(policy))
        cls.keys = {'AWS_ACCESS_KEY_ID': key['AccessKeyId'], 'AWS_SECRET_ACCESS_KEY': key['SecretAccessKey']}

    @classmethod
    def tearDownClass(cls):
        cls.server.terminate()
        cls.server.wait()

    def client(self, service):
        return boto3.client(service, endpoint_url=self.url, region_name=REGION,
                            aws_access_key_id=self.keys['AWS_ACCESS_KEY_ID'],
                            aws_secret_access_key=self.keys['AWS_SECRET_ACCESS_KEY'])

    def queue(self, name, **attributes):
        sqs = self.client('sqs')
        url = sqs.create_queue(QueueName=name, Attributes=attributes)['QueueUrl']
        return url, f'arn:aws:sqs:{REGION}:{ACCOUNT}:{name}'

    def messages(self, url, count):
        sqs, found = self.client('sqs'), []
        for _ in range(100):
            got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=['All'],
                                      AttributeNames=['All']).get('Messages', [])
            for message in got:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message['ReceiptHandle'])
            found += got
            if len(found) >= count and not got:
                break
        return found

    def deliver(self, targets, numbers, keys=None, until='drained', **event):
        lake = Lake(self.binary)
        lake.rule('r', targets)
        ids = lake.publish('r', [target['id'] for target in targets], numbers, **event)
        environment = {'AWS_ENDPOINT_URL': self.url, **(keys or self.keys)}
        return lake, ids, lake.report(lake.deliver(until, environment=environment))

    def test_sqs_gets_every_event_with_its_id(self):
        url, arn = self.queue('plain')
        _, ids, report = self.deliver([{'id': 'q', 'arn': arn}], range(35))
        self.assertEqual(report['delivered'], 35)
        found = self.messages(url, 35)
        self.assertEqual(sorted(json.loads(m['Body'])['n'] for m in found), list(range(35)))
        self.assertEqual({m['MessageAttributes']['DeliveryId']['StringValue'] for m in found}, {f'{i}-q' for i in ids})

    def test_fifo_queues_keep_the_order_of_a_key_and_drop_duplicates(self):
        url, arn = self.queue('ordered.fifo', FifoQueue='true')
        targets = [{'id': 'q', 'arn': arn, 'key': '$.k'}]
        lake, _, _ = self.deliver(targets, range(20), k='user 1')
        # The same deliveries again, as after a crash: their ids are the queue's deduplication ids.
        lake.publish('r', ['q'], range(20), k='user 1')
        lake.deliver(environment={'AWS_ENDPOINT_URL': self.url, **self.keys})
        found = self.messages(url, 20)
        self.assertEqual([json.loads(m['Body'])['n'] for m in found], list(range(20)))
        self.assertEqual({m['Attributes']['MessageGroupId'] for m in found}, {'user_1'})

    def test_encrypted_queues_take_deliveries(self):
        key = self.client('kms').create_key()['KeyMetadata']['KeyId']
        url, arn = self.queue('encrypted', KmsMasterKeyId=key)
        _, _, report = self.deliver([{'id': 'q', 'arn': arn}], range(3))
        self.assertEqual(report['delivered'], 3)
        self.assertEqual(len(self.messages(url, 3)), 3)

    def test_lambda_functions_are_invoked_asynchronously_and_signed(self):
        api = LambdaApi(self.keys['AWS_ACCESS_KEY_ID'], self.keys['AWS_SECRET_ACCESS_KEY'])
        lake = Lake(self.binary)
        arn = f'arn:aws:lambda:{REGION}:{ACCOUNT}:function:alert:live'
        lake.rule('r', [{'id': 'f', 'arn': arn}])
        lake.publish('r', ['f'], range(5))
        report = lake.report(lake.deliver(environment={'AWS_ENDPOINT_URL_LAMBDA': api.url, **self.keys}))
        api.server.shutdown()
        self.assertEqual((report['delivered'], api.refused), (5, 0))
        self.assertEqual(sorted(body['n'] for _, _, body in api.invoked), list(range(5)))
        self.assertEqual({kind for _, kind, _ in api.invoked}, {'Event'})
        self.assertIn('alert', api.invoked[0][0])

    def test_sns_fans_out_to_a_queue(self):
        url, arn = self.queue('fanned')
        sns = self.client('sns')
        topic = sns.create_topic(Name='alerts')['TopicArn']
        sns.subscribe(TopicArn=topic, Protocol='sqs', Endpoint=arn, Attributes={'RawMessageDelivery': 'false'})
        _, _, report = self.deliver([{'id': 't', 'arn': topic, 'subject': 'A & B',
                                      'inputTransformer': {'inputPathsMap': {'n': '$.n'},
                                                           'inputTemplate': '"number <n> & more"'}}], range(12))
        self.assertEqual(report['delivered'], 12)
        bodies = [json.loads(m['Body']) for m in self.messages(url, 12)]
        self.assertEqual(sorted(b['Message'] for b in bodies), sorted(f'"number {n} & more"' for n in range(12)))
        self.assertEqual({b['Subject'] for b in bodies}, {'A & B'})

    def test_eventbridge_rules_see_the_event(self):
        url, arn = self.queue('bus-target')
        events = self.client('events')
        bus = events.create_event_bus(Name='shop')['EventBusArn']
        events.put_rule(Name='purchases', EventBusName='shop', EventPattern=json.dumps({'detail-type': ['purchase']}))
        events.put_targets(Rule='purchases', EventBusName='shop', Targets=[{'Id': '1', 'Arn': arn}])
        envelope = {'version': '0', 'source': 'clicklake', 'detail-type': 'purchase', 'time': '2024-11-04T15:00:00Z',
                    'resources': [], 'detail': {'total': 12.5}}
        _, _, report = self.deliver([{'id': 'b', 'arn': bus}], range(11), **envelope)
        self.assertEqual(report['delivered'], 11)
        found = [json.loads(m['Body']) for m in self.messages(url, 11)]
        self.assertEqual(len(found), 11)
        self.assertEqual((found[0]['source'], found[0]['detail']), ('clicklake', {'total': 12.5}))

    def test_firehose_puts_lines_into_a_bucket(self):
        s3 = self.client('s3')
        s3.create_bucket(Bucket='clicks', CreateBucketConfiguration={'LocationConstraint': REGION})
        firehose = self.client('firehose')
        stream = firehose.create_delivery_stream(
            DeliveryStreamName='clicks', ExtendedS3DestinationConfiguration={
                'RoleARN': f'arn:aws:iam::{ACCOUNT}:role/r', 'BucketARN': 'arn:aws:s3:::clicks'})['DeliveryStreamARN']
        _, _, report = self.deliver([{'id': 'f', 'arn': stream}], range(7))
        self.assertEqual(report['delivered'], 7)
        text = ''
        for entry in s3.list_objects_v2(Bucket='clicks')['Contents']:
            text += s3.get_object(Bucket='clicks', Key=entry['Key'])['Body'].read().decode()
        self.assertEqual([json.loads(line)['n'] for line in text.splitlines()], list(range(7)))

    def test_a_missing_queue_is_a_dead_letter_in_the_lake_and_in_its_queue(self):
        url, arn = self.queue('letters')
        lake, _, report = self.deliver([{'id': 'q', 'arn': f'arn:aws:sqs:{REGION}:{ACCOUNT}:nope',
                                         'deadLetter': {'arn': arn}}], range(2))
        self.assertEqual(report['dead'], 2)
        self.assertEqual({letter['code'] for letter in lake.dead_letters()}, {'NO_RESOURCE'})
        found = self.messages(url, 2)
        self.assertEqual(sorted(json.loads(m['Body'])['n'] for m in found), [0, 1])
        attributes = {name: value['StringValue'] for name, value in found[0]['MessageAttributes'].items()}
        self.assertEqual(attributes['ERROR_CODE'], 'NO_RESOURCE')
        self.assertEqual(attributes['RETRY_ATTEMPTS'], '0')
        self.assertEqual(attributes['TARGET_ARN'], f'arn:aws:sqs:{REGION}:{ACCOUNT}:nope')
        self.assertIn(':rule/r', attributes['RULE_ARN'])

    def test_a_wrong_secret_holds_the_delivery_until_it_is_mended(self):
        url, arn = self.queue('patient')
        lake = Lake(self.binary)
        lake.rule('r', [{'id': 'q', 'arn': arn, 'retryPolicy': {'backoffMilliseconds': 1}}])
        lake.publish('r', ['q'], range(2))
        wrong = {**self.keys, 'AWS_SECRET_ACCESS_KEY': 'wrong'}
        done = lake.deliver('idle', environment={'AWS_ENDPOINT_URL': self.url, **wrong})
        report = lake.report(done)
        self.assertEqual((report['delivered'], report['dead'], report['owed']), (0, 0, 2))
        self.assertNotIn('wrong', done.stdout + done.stderr)
        report = lake.report(lake.deliver(environment={'AWS_ENDPOINT_URL': self.url, **self.keys}))
        self.assertEqual(report['delivered'], 2)
        self.assertEqual(len(self.messages(url, 2)), 2)

    def test_what_is_not_allowed_is_a_dead_letter_at_once(self):
        iam = self.client('iam')
        iam.create_user(UserName='nobody')
        key = iam.create_access_key(UserName='nobody')['AccessKey']
        _, arn = self.queue('closed')
        keys = {'AWS_ACCESS_KEY_ID': key['AccessKeyId'], 'AWS_SECRET_ACCESS_KEY': key['SecretAccessKey']}
        lake, _, report = self.deliver([{'id': 'q', 'arn': arn}], range(1), keys)
        self.assertEqual(report['dead'], 1)
        self.assertEqual(lake.dead_letters()[0]['code'], 'NO_PERMISSIONS')

    def test_credentials_of_a_profile_that_assumes_a_role(self):
        iam = self.client('iam')
        trust = {'Version': '2012-10-17', 'Statement': [
            {'Effect': 'Allow', 'Action': 'sts:AssumeRole', 'Principal': {'AWS': '*'}}]}
        role = iam.create_role(RoleName='deliver', AssumeRolePolicyDocument=json.dumps(trust))['Role']['Arn']
        allow = {'Version': '2012-10-17', 'Statement': [{'Effect': 'Allow', 'Action': 'sqs:*', 'Resource': '*'}]}
        iam.put_role_policy(RoleName='deliver', PolicyName='p', PolicyDocument=json.dumps(allow))
        url, arn = self.queue('by-role')
        home = Lake(self.binary).path.parent
        (home / 'credentials').write_text(f"[base]\naws_access_key_id={self.keys['AWS_ACCESS_KEY_ID']}\n"
                                          f"aws_secret_access_key={self.keys['AWS_SECRET_ACCESS_KEY']}\n")
        (home / 'config').write_text(f'[profile deliver]\nrole_arn={role}\nsource_profile=base\nregion={REGION}\n')
        keys = {'AWS_PROFILE': 'deliver', 'AWS_CONFIG_FILE': str(home / 'config'),
                'AWS_SHARED_CREDENTIALS_FILE': str(home / 'credentials')}
        _, _, report = self.deliver([{'id': 'q', 'arn': arn}], range(2), keys)
        self.assertEqual(report['delivered'], 2)
        self.assertEqual(len(self.messages(url, 2)), 2)


if __name__ == '__main__':
    parser = argparse.ArgumentParser()
    parser.add_argument('--binary', required=True)
    options, rest = parser.parse_known_args()
    MotoTest.binary = str(pathlib.Path(options.binary).resolve())
    unittest.main(argv=[sys.argv[0], *rest])
